package dev.millrace.server.catalog;

/**
 * A version that is in memory and warm.
 *
 * @param source where it came from
 * @param servable what answers
 * @param report what was measured on the way
 */
record LoadedVersion(ServableSource source, Servable servable, WarmUpReport report) {}
