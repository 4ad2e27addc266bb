package dev.millrace.server.privacy;

import dev.millrace.server.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a deletion removed, or is to remove. Immutable.
 *
 * @param id names it
 * @param dataset the dataset's name
 * @param digest of its content; empty where it could not be read
 * @param owner who answered for it
 * @param purpose what it was for
 * @param caller who deletes it
 * @param reason why, in words
 * @param withVersions true to delete the versions too that were trained on it
 * @param time when it was asked for, and once it is finished when that was
 * @param removed everything that was removed
 * @param versions versions that came from it and are still there
 * @param deletedVersions versions that came from it and were deleted with it
 * @param finished true when nothing is left to be done
 */
public record Receipt(
    String id,
    String dataset,
    String digest,
    String owner,
    String purpose,
    String caller,
    String reason,
    boolean withVersions,
    Instant time,
    List<RemovedItem> removed,
    List<VersionId> versions,
    List<VersionId> deletedVersions,
    boolean finished) {
  /** Copies the lists. */
  public Receipt {
    removed = List.copyOf(removed);
    versions = List.copyOf(versions);
    deletedVersions = List.copyOf(deletedVersions);
  }

  /** The same with more that was removed. */
  Receipt with(List<RemovedItem> more) {
    return changed(time, joined(removed, more), versions, deletedVersions, finished);
  }

  /** The same with what became of the versions. */
  Receipt with(List<VersionId> left, List<VersionId> deleted) {
    return changed(time, removed, left, joined(deletedVersions, deleted), finished);
  }

  /** The same with nothing left to be done. */
  Receipt finishedAt(Instant now) {
    return changed(now, removed, versions, deletedVersions, true);
  }

  private Receipt changed(
      Instant when,
      List<RemovedItem> gone,
      List<VersionId> left,
      List<VersionId> deleted,
      boolean done) {
    return new Receipt(
        id,
        dataset,
        digest,
        owner,
        purpose,
        caller,
        reason,
        withVersions,
        when,
        gone,
        left,
        deleted,
        done);
  }

  private static <E> List<E> joined(List<E> first, List<E> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /** Bytes of all that was removed. */
  public long bytes() {
    return removed.stream().mapToLong(RemovedItem::bytes).sum();
  }
}
