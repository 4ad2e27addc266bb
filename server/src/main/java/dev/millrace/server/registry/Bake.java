package dev.millrace.server.registry;

import java.time.Instant;

/**
 * The time after a promotion in which the new champion is watched and the former one stays loaded.
 *
 * @param version the version that was promoted
 * @param former the champion before
 * @param start when it was promoted
 * @param end when the watch ends
 */
public record Bake(long version, long former, Instant start, Instant end) {}
