package dev.millrace.server.catalog;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.TensorData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** One version's warm-up while it goes on. Confined to one thread. */
final class WarmUpRound {
  private static final Duration MOST_TIME = Duration.ofSeconds(2);
  private static final Duration TOO_SLOW_TO_CHECK = Duration.ofMillis(500);

  private final ServableSource source;
  private final Servable servable;
  private final int rounds;
  private final LongSupplier nanoTime;
  private final LongSupplier runTime;
  private final Optional<WarmUpReport> former;
  private final Map<String, List<Map<String, TensorData>>> rowsOfRecords = new HashMap<>();
  private final SortedMap<String, BatchPlan> plans = new TreeMap<>();
  private final SortedMap<String, String> notCached = new TreeMap<>();
  private final List<String> skipped = new ArrayList<>();
  private int requests;
  private int records;
  private Duration first = Duration.ZERO;
  private Duration last = Duration.ZERO;

  WarmUpRound(
      ServableSource source,
      Servable servable,
      int rounds,
      LongSupplier nanoTime,
      LongSupplier runTime,
      Optional<WarmUpReport> former) {
    this.source = source;
    this.servable = servable;
    this.rounds = rounds;
    this.nanoTime = nanoTime;
    this.runTime = runTime;
    this.former = former;
  }

  void runRecords(List<WarmUpRequest> requestsOfAuthor) {
    for (WarmUpRequest record : requestsOfAuthor) {
      Signature signature = servable.signatures().get(record.signature());
      if (signature == null || !record.fits(signature)) {
        throw failed(
            "a warm-up record is not for any of its signatures "
                + servable.signatures().keySet()
                + " and their inputs");
      }
      try {
        run(
            record.signature(),
            record.inputs(),
            record.outputs().isEmpty() ? signature.outputs().keySet() : record.outputs());
      } catch (ServingException refused) {
        throw failed("it refused a warm-up record: " + refused.message());
      }
      records++;
      rowsOf(record.inputs())
          .forEach(
              row ->
                  rowsOfRecords
                      .computeIfAbsent(record.signature(), name -> new ArrayList<>())
                      .add(row));
    }
  }

  void runSignature(String name, Signature signature) {
    Optional<String> change = servable.stateChange(name);
    if (change.isPresent()) {
      skip(name, "a run of it counts, for it changes the model's state (" + change.get() + ")");
      return;
    }
    List<Map<String, TensorData>> given = rowsOfRecords.getOrDefault(name, List.of());
    if (!given.isEmpty()) {
      Map<String, TensorData> one = given.get(0);
      plans.put(name, plan(name, signature, one, lastLike(one, given)));
      return;
    }
    Optional<String> obstacle = Examples.obstacle(signature);
    if (obstacle.isPresent()) {
      skip(name, obstacle.get());
      return;
    }
    Map<String, TensorData> plain = Examples.plain(signature);
    try {
      long end = nanoTime.getAsLong() + MOST_TIME.toNanos();
      for (int i = 0; i < rounds && (i == 0 || nanoTime.getAsLong() - end < 0); i++) {
        run(name, plain, signature.outputs().keySet());
      }
    } catch (ServingException refused) {
      if (refused.reason() != ErrorReason.VALUE_REJECTED) {
        throw failed("signature '" + name + "' cannot be run: " + refused.message());
      }
      skip(name, "the model refused made-up inputs; warm-up records would help");
      return;
    }
    plans.put(
        name, plan(name, signature, Examples.varied(signature, 1), Examples.varied(signature, 2)));
  }

  /** Finds out whether answers may be given again. */
  void runRepeats(String name, Signature signature) {
    List<Map<String, TensorData>> given = rowsOfRecords.getOrDefault(name, List.of());
    Optional<String> obstacle = given.isEmpty() ? Examples.obstacle(signature) : Optional.empty();
    if (obstacle.isEmpty()) {
      obstacle =
          new RepeatCheck(servable, name, signature)
              .obstacle(given.isEmpty() ? Examples.varied(signature, 1) : given.get(0));
    }
    obstacle.ifPresent(why -> notCached.put(name, why));
  }

  WarmUpReport report(ExecutionMode execution, Duration loadDuration) {
    servable.leftOut().forEach((name, why) -> skipped.add(name + ": not served, " + why));
    return new WarmUpReport(
        requests, records, loadDuration, first, last, skipped, execution, plans, notCached);
  }

  private BatchPlan plan(
      String name,
      Signature signature,
      Map<String, TensorData> one,
      Map<String, TensorData> other) {
    if (!source.settings().batching().enabled()) {
      return BatchPlan.alone(List.of(), "batching is switched off");
    }
    try {
      run(name, one, signature.outputs().keySet());
      if (last.compareTo(TOO_SLOW_TO_CHECK) > 0) {
        return BatchPlan.alone(
            List.of(new BatchPlan.Measurement(1, last)),
            "one row takes " + last.toMillis() + " ms, so there is nothing to gain");
      }
    } catch (ServingException refused) {
      return BatchPlan.alone(List.of(), "the model refused one row: " + refused.message());
    }
    Optional<String> obstacle = new RowCheck(this::run, name, signature).obstacle(one, other);
    if (obstacle.isPresent()) {
      return BatchPlan.alone(List.of(), obstacle.get());
    }
    BatchPlan plan =
        new BatchTuner(this::run, source.settings().batching(), nanoTime, runTime)
            .tune(name, signature, one, former.map(report -> report.plan(name)));
    try {
      run(name, one, signature.outputs().keySet());
    } catch (ServingException refused) {
      throw failed("signature '" + name + "' cannot be run: " + refused.message());
    }
    return plan;
  }

  private Map<String, TensorData> run(
      String name, Map<String, TensorData> inputs, Collection<String> outputs) {
    long start = nanoTime.getAsLong();
    Map<String, TensorData> answer = servable.run(name, inputs, outputs, Deadline.NONE);
    last = Duration.ofNanos(nanoTime.getAsLong() - start);
    first = requests == 0 ? last : first;
    requests++;
    return answer;
  }

  private void skip(String name, String why) {
    skipped.add(name + ": " + why);
    plans.put(name, BatchPlan.alone(List.of(), "not measured: " + why));
  }

  /** The last row that is of the same shapes as the first, so that the two can share a run. */
  private static Map<String, TensorData> lastLike(
      Map<String, TensorData> first, List<Map<String, TensorData>> rows) {
    for (int i = rows.size() - 1; i > 0; i--) {
      Map<String, TensorData> row = rows.get(i);
      if (first.entrySet().stream()
          .allMatch(
              input ->
                  Objects.requireNonNull(row.get(input.getKey()))
                      .shape()
                      .equals(input.getValue().shape()))) {
        return row;
      }
    }
    return first;
  }

  private static List<Map<String, TensorData>> rowsOf(Map<String, TensorData> inputs) {
    long rows = -1;
    for (TensorData input : inputs.values()) {
      if (input.shape().rank() == 0 || (rows >= 0 && rows != input.shape().size(0))) {
        return List.of(inputs);
      }
      rows = input.shape().size(0);
    }
    List<Map<String, TensorData>> split = new ArrayList<>();
    for (long row = 0; row < rows; row++) {
      Map<String, TensorData> one = new HashMap<>();
      for (Map.Entry<String, TensorData> input : inputs.entrySet()) {
        one.put(input.getKey(), input.getValue().rows(row, 1));
      }
      split.add(one);
    }
    return split;
  }

  private ServingException failed(String why) {
    return new ServingException(
        ErrorReason.WARM_UP_FAILED,
        source.id() + " failed its warm-up: " + why,
        Map.of("model", source.id().model().id(), "version", Long.toString(source.id().number())));
  }
}
