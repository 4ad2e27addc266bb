package dev.millrace.server.gate;

import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import java.util.Map;

/** Writes down in a model's history what the gate decided. Thread-safe. */
public final class GateHistory {
  private final Registry registry;

  /** A part of the registry's history. */
  public GateHistory(Registry registry) {
    this.registry = registry;
  }

  void decided(Judgement judgement, Decision decision) {
    tell(
        judgement,
        decision.passed() ? HistoryAction.GATE_PASSED : HistoryAction.GATE_REFUSED,
        Gate.evidence(judgement, decision));
  }

  void stopped(Judgement judgement) {
    tell(judgement, HistoryAction.GATE_STOPPED, Map.of());
  }

  private void tell(Judgement judgement, HistoryAction action, Map<String, String> evidence) {
    registry.enact(
        judgement.version().model(),
        "",
        record -> record,
        before ->
            HistoryEvent.of(
                judgement.version().model(),
                HistoryEvent.BY_ITSELF,
                action,
                judgement.champion(),
                judgement.version().number(),
                judgement.message(),
                evidence));
  }
}
