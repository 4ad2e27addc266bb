package dev.millrace.server.testing;

import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Evaluations in memory, which a second set of parts over it finds as after a restart. */
public final class MemoryEvaluationStore implements EvaluationStore {
  private final Map<String, Evaluation> kept = new ConcurrentSkipListMap<>();

  @Override
  public List<Evaluation> load() {
    return List.copyOf(kept.values());
  }

  @Override
  public void write(Evaluation evaluation) {
    kept.put(evaluation.id(), evaluation);
  }

  @Override
  public Optional<Evaluation> read(String id) {
    return Optional.ofNullable(kept.get(id));
  }

  @Override
  public void delete(String id) {
    kept.remove(id);
  }
}
