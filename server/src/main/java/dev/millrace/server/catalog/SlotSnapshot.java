package dev.millrace.server.catalog;

import dev.millrace.server.model.VersionState;

/**
 * What the policy may know of a version.
 *
 * @param number its number
 * @param state its state
 * @param aspired whether it is wanted
 * @param held true when it waits for room in memory
 */
record SlotSnapshot(long number, VersionState state, boolean aspired, boolean held) {
  /** A version that does not wait for room. */
  SlotSnapshot(long number, VersionState state, boolean aspired) {
    this(number, state, aspired, false);
  }
}
