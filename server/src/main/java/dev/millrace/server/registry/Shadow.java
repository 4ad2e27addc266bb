package dev.millrace.server.registry;

/**
 * A version that gets copies of requests, and whose answers nobody sees.
 *
 * @param version its number
 * @param share share of the requests that is copied, above 0 and at most 1
 */
public record Shadow(long version, double share) {}
