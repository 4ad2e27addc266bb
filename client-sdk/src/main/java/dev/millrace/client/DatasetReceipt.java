package dev.millrace.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the deletion of a dataset removed.
 *
 * @param id names the receipt
 * @param dataset what the dataset was called
 * @param digest SHA-256 of its content; empty where it could not be read
 * @param owner who answered for it
 * @param purpose what it was for
 * @param caller who deleted it
 * @param reason why, in words
 * @param deleted when its files were gone; empty while the deletion is under way
 * @param removed everything that was removed
 * @param versions versions that learned from it and are still there, as {@code
 *     models/mnist/versions/3}
 * @param deletedVersions versions that learned from it and were deleted with it
 */
public record DatasetReceipt(
    String id,
    String dataset,
    String digest,
    String owner,
    String purpose,
    String caller,
    String reason,
    Optional<Instant> deleted,
    List<Removed> removed,
    List<String> versions,
    List<String> deletedVersions) {
  /** Copies the lists. */
  public DatasetReceipt {
    removed = List.copyOf(removed);
    versions = List.copyOf(versions);
    deletedVersions = List.copyOf(deletedVersions);
  }

  /**
   * Something that was removed.
   *
   * @param place where it was, such as {@code datasets} or {@code evaluations}
   * @param name a file's name, or a resource
   * @param bytes its size; 0 where it is not known
   * @param sha256 of a file; empty for what was no whole file
   */
  public record Removed(String place, String name, long bytes, String sha256) {}
}
