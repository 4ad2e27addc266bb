package dev.millrace.server.catalog;

import dev.millrace.server.model.ExecutionMode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Runs a loaded version before callers reach it, so that no caller pays for TensorFlow's first run,
 * and measures on the way how its requests are best run together. Stateless.
 */
public final class WarmUp {
  private final WarmUpRecords records;
  private final int rounds;
  private final LongSupplier nanoTime;
  private final LongSupplier threadTime;

  /**
   * A warm-up.
   *
   * @param records finds requests that the model's author left beside it
   * @param rounds runs of each made-up request
   * @param nanoTime the clock that durations are read from
   * @param threadTime processor time of the calling thread, in nanoseconds. A run that stays on its
   *     thread is measured by it, since other versions may keep the cores busy meanwhile
   */
  public WarmUp(WarmUpRecords records, int rounds, LongSupplier nanoTime, LongSupplier threadTime) {
    this.records = records;
    this.rounds = rounds;
    this.nanoTime = nanoTime;
    this.threadTime = threadTime;
  }

  /**
   * Runs the author's requests, then every signature at one row and at its best batch size. Where
   * the author left none, inputs are made up; a model's refusal of those is reported, not thrown.
   *
   * @param former what was measured of the version that answers now
   * @throws dev.millrace.server.model.ServingException WARM_UP_FAILED if a run fails
   */
  public WarmUpReport run(
      ServableSource source,
      Servable servable,
      ExecutionMode execution,
      Duration loadDuration,
      Optional<WarmUpReport> former) {
    LongSupplier runTime = execution == ExecutionMode.PER_CORE ? threadTime : nanoTime;
    WarmUpRound round = new WarmUpRound(source, servable, rounds, nanoTime, runTime, former);
    round.runRecords(records.read(source.directory()));
    servable.signatures().forEach(round::runSignature);
    if (source.settings().cache().enabled()) {
      servable.signatures().forEach(round::runRepeats);
    }
    return round.report(execution, loadDuration);
  }
}
