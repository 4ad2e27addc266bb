package dev.millrace.server.rollout;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.Bake;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Ends a bake period, for good or for bad. Does nothing when it has ended, or another has begun,
 * meanwhile. Thread-safe.
 */
final class BakeEnd {
  private final Registry registry;

  BakeEnd(Registry registry) {
    this.registry = registry;
  }

  /** Makes the former champion the champion again. */
  void rollBack(ModelName model, Bake bake, Verdict verdict) {
    registry.change(
        model,
        "",
        stillIn(bake, ModelRecord::rolledBack),
        before ->
            HistoryEvent.of(
                model,
                HistoryEvent.BY_ITSELF,
                HistoryAction.ROLLED_BACK,
                bake.version(),
                bake.former(),
                verdict.reason(),
                verdict.evidence()));
  }

  /** Lets the former champion go: the new one has shown that it is good enough. */
  void baked(ModelName model, Bake bake) {
    registry.change(
        model,
        "",
        stillIn(bake, ModelRecord::baked),
        before ->
            HistoryEvent.of(
                model,
                HistoryEvent.BY_ITSELF,
                HistoryAction.BAKED,
                bake.former(),
                bake.version(),
                "version " + bake.version() + " came through its bake period",
                Map.of()));
  }

  private static UnaryOperator<ModelRecord> stillIn(Bake bake, UnaryOperator<ModelRecord> change) {
    return record -> record.bake().equals(Optional.of(bake)) ? change.apply(record) : record;
  }
}
