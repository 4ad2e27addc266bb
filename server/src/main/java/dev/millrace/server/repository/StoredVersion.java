package dev.millrace.server.repository;

import dev.millrace.server.model.VersionId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A version as it lies in the repository.
 *
 * @param id the version
 * @param directory its folder
 * @param manifest what is known of it; empty for one that was copied in by hand
 * @param fingerprint changes whenever a file's name, size or time does
 * @param bytes size of all its files but the manifest
 * @param complete false while files that the manifest or a SavedModel needs are missing
 */
public record StoredVersion(
    VersionId id,
    Path directory,
    Optional<Manifest> manifest,
    String fingerprint,
    long bytes,
    boolean complete) {}
