package dev.millrace.server.testing;

import dev.millrace.server.gate.Judgement;
import dev.millrace.server.gate.JudgementStore;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Judgements in memory. */
public final class MemoryJudgementStore implements JudgementStore {
  private final NavigableMap<VersionId, Judgement> kept = new ConcurrentSkipListMap<>();

  @Override
  public Optional<Judgement> find(VersionId id) {
    return Optional.ofNullable(kept.get(id));
  }

  @Override
  public List<Judgement> of(ModelName model, int limit) {
    return kept.descendingMap().values().stream()
        .filter(one -> one.version().model().equals(model))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Judgement> underWay() {
    return kept.values().stream().filter(one -> !one.state().isFinal()).toList();
  }

  @Override
  public void write(Judgement judgement) {
    kept.put(judgement.version(), judgement);
  }
}
