package dev.millrace.server.catalog;

import dev.millrace.server.model.VersionState;

/** What the policy may know of a version: its number, its state, and whether it is wanted. */
record SlotSnapshot(long number, VersionState state, boolean aspired) {}
