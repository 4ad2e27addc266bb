package dev.millrace.server.catalog;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.GraphNames;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One version as it is at a moment.
 *
 * @param id the version
 * @param state where it is in its life
 * @param reason why it FAILED; empty otherwise
 * @param message the reason in words; empty otherwise
 * @param since when it came into this state
 * @param signatures what it can do; empty before it is loaded
 * @param graphNames the graph's names of each signature's tensors, where they are known
 * @param warmUp the warm-up's report; empty before AVAILABLE
 * @param memoryBytes estimate of the memory it takes; 0 when it is not loaded
 */
public record VersionStatus(
    VersionId id,
    VersionState state,
    Optional<ErrorReason> reason,
    String message,
    Instant since,
    SortedMap<String, Signature> signatures,
    SortedMap<String, GraphNames> graphNames,
    Optional<WarmUpReport> warmUp,
    long memoryBytes) {
  /** The same without the graph's names. */
  public VersionStatus(
      VersionId id,
      VersionState state,
      Optional<ErrorReason> reason,
      String message,
      Instant since,
      SortedMap<String, Signature> signatures,
      Optional<WarmUpReport> warmUp,
      long memoryBytes) {
    this(id, state, reason, message, since, signatures, new TreeMap<>(), warmUp, memoryBytes);
  }
}
