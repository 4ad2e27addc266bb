package dev.millrace.server.evaluation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All evaluations by id, which is by age, and by request id; without what is large. Guarded by the
 * lock of {@link Evaluations}.
 */
final class EvaluationTable {
  private final EvaluationIds ids;
  private final NavigableMap<String, Evaluation> all = new TreeMap<>();
  private final Map<String, String> byRequestId = new HashMap<>();

  EvaluationTable(EvaluationIds ids) {
    this.ids = ids;
  }

  String newId(Instant now) {
    return ids.next(now);
  }

  /** Takes an evaluation in, or what it is now. */
  void put(Evaluation evaluation) {
    ids.passed(evaluation);
    all.put(evaluation.id(), evaluation.withoutMisread());
    if (!evaluation.requestId().isEmpty()) {
      byRequestId.put(evaluation.requestId(), evaluation.id());
    }
  }

  /**
   * One of them.
   *
   * @throws dev.millrace.server.model.ServingException EVALUATION_NOT_FOUND
   */
  Evaluation get(String id) {
    Evaluation evaluation = all.get(id);
    if (evaluation == null) {
      throw EvaluationRefusal.notFound(id);
    }
    return evaluation;
  }

  @Nullable Evaluation ofRequest(String requestId) {
    String id = byRequestId.get(requestId);
    return id == null ? null : all.get(id);
  }

  List<Evaluation> newestFirst() {
    return List.copyOf(all.descendingMap().values());
  }

  /** Forgets the oldest that have ended, until so many are left; returns their ids. */
  List<String> forgetOldest(int kept) {
    List<Evaluation> ended = new ArrayList<>(all.values());
    ended.removeIf(one -> !one.state().isFinal());
    List<String> gone = new ArrayList<>();
    for (Evaluation one : ended.subList(0, Math.max(0, ended.size() - kept))) {
      all.remove(one.id());
      byRequestId.remove(one.requestId());
      gone.add(one.id());
    }
    return gone;
  }
}
