package dev.millrace.server.registry;

/**
 * A version that answers a share of the callers in place of the champion.
 *
 * @param version its number
 * @param share above 0 and at most 1
 */
public record Canary(long version, double share) {}
