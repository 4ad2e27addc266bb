package dev.millrace.server.registry;

import dev.millrace.server.model.VersionId;
import java.time.Instant;

/**
 * What is remembered of a version.
 *
 * @param id the version
 * @param digest SHA-256 of its manifest, or of the list of its files where it has none, in
 *     hexadecimal: its identity; after {@code outside:} for files outside of the repository
 * @param trainingJob id of the job that trained it; empty for none
 * @param datasetDigest SHA-256 of the dataset; empty when not known
 * @param parent number of the version it was made from; 0 for none
 * @param createTime when it was published, or first seen
 * @param accepted true once it has passed inspection and trial, or was made by this server
 */
public record VersionRecord(
    VersionId id,
    String digest,
    String trainingJob,
    String datasetDigest,
    long parent,
    Instant createTime,
    boolean accepted) {}
