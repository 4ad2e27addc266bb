package dev.millrace.server.catalog;

import dev.millrace.server.model.VersionState;

/**
 * A version that is in memory, or on its way in or out.
 *
 * @param source where it came from
 * @param state LOADING, WARMING, AVAILABLE or DRAINING
 * @param bytes estimate of what it takes; 0 before it is loaded
 * @param leases requests that hold it now
 * @param lastLease when one last began, in milliseconds of the epoch; before the first, when it
 *     became available
 */
public record MemoryUse(
    ServableSource source, VersionState state, long bytes, int leases, long lastLease) {}
