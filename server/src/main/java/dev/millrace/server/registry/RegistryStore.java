package dev.millrace.server.registry;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the registry through restarts. Each call is one transaction: after it returns, what it
 * wrote survives the end of the process at any point. Thread-safe.
 */
public interface RegistryStore {
  /** Every model of which something is decided. */
  List<ModelRecord> models();

  /** Writes a model's record and the event that tells of the change, both or neither. */
  void write(ModelRecord record, HistoryEvent event);

  /**
   * Events of a model, newest first.
   *
   * @param before only events with a sequence below this
   * @param limit at most so many
   */
  List<HistoryEvent> history(ModelName model, long before, int limit);

  /** What is remembered of a version. */
  Optional<VersionRecord> version(VersionId id);

  /** Remembers a version, in place of what was remembered before. */
  void write(VersionRecord record);

  /** Forgets a version. */
  void forget(VersionId id);
}
