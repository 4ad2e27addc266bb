package dev.millrace.server.rollout;

import dev.millrace.server.repository.Manifest;
import java.util.Optional;
import java.util.SortedMap;

/**
 * All that two versions are compared by.
 *
 * @param model what is inside the SavedModel
 * @param manifest what is known of its making; empty for one that was copied in by hand
 * @param files sizes in bytes, by path
 */
record VersionContent(
    ModelContent model, Optional<Manifest> manifest, SortedMap<String, Long> files) {}
