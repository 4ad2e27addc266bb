package dev.millrace.server.tensorflow.worker;

import dev.millrace.server.tensorflow.recipe.Checkpoints;
import dev.millrace.server.tensorflow.recipe.RunStopped;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a run's state by a rule, and when the run is asked to stop. */
final class KeptRun implements Checkpoints {
  private static final Logger log = LoggerFactory.getLogger(KeptRun.class);

  private final CheckpointFolder folder;
  private final CheckpointRule rule;
  private final BooleanSupplier stops;
  private final LongConsumer resumed;
  private final LongConsumer kept;
  private final LongSupplier nanoTime;

  /**
   * A run that can be gone on with.
   *
   * @param stops true once the run was asked to stop
   * @param resumed told the step that the run goes on from, 0 for one that begins anew
   * @param kept told the step of each checkpoint
   */
  KeptRun(
      CheckpointFolder folder,
      CheckpointRule rule,
      BooleanSupplier stops,
      LongConsumer resumed,
      LongConsumer kept,
      LongSupplier nanoTime) {
    this.folder = folder;
    this.rule = rule;
    this.stops = stops;
    this.resumed = resumed;
    this.kept = kept;
    this.nanoTime = nanoTime;
  }

  @Override
  public boolean restore(StateReader reader) {
    OptionalLong step = folder.restore(reader);
    resumed.accept(step.orElse(0));
    return step.isPresent();
  }

  @Override
  public void afterStep(long step, StateWriter writer) {
    boolean stopping = stops.getAsBoolean();
    long now = nanoTime.getAsLong();
    if (!stopping && !rule.isDue(now)) {
      return;
    }
    try {
      folder.save(step, writer);
      rule.kept(now, nanoTime.getAsLong());
      kept.accept(step);
    } catch (IOException | RuntimeException unwritable) {
      // A full disk may have room again by the next one; until then the run is worth going on with.
      rule.kept(now, nanoTime.getAsLong());
      log.warn("the state after step {} could not be kept", step, unwritable);
    }
    if (stopping) {
      throw new RunStopped(step);
    }
  }
}
