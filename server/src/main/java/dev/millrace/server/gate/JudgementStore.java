package dev.millrace.server.gate;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.util.List;
import java.util.Optional;

/** Keeps the latest judgement of each version for good. Thread-safe. */
public interface JudgementStore {
  /** The latest judgement of a version. */
  Optional<Judgement> find(VersionId id);

  /** The latest judgements of a model's versions, highest version first, at most so many. */
  List<Judgement> of(ModelName model, int limit);

  /** Judgements of which something more will come. */
  List<Judgement> underWay();

  /** Keeps a judgement in place of the version's earlier one; durable on return. */
  void write(Judgement judgement);
}
