package dev.millrace.client;

import java.time.Instant;

/**
 * The time after a promotion in which the new champion is watched.
 *
 * @param version the version that was promoted
 * @param formerVersion the champion before, which stays loaded
 * @param end when the watch ends
 */
public record BakeInfo(long version, long formerVersion, Instant end) {}
