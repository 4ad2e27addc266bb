package dev.millrace.server.inference.cache;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.VersionLoad;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.LeasedPredictor;
import dev.millrace.server.inference.LeasedRequest;
import dev.millrace.server.inference.LeasingPredictor;
import dev.millrace.server.inference.UsageObserver;
import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** A cache before a predictor that the test answers for, on time that the test moves. */
final class CacheRig implements CacheObserver, UsageObserver, LeasedPredictor, AutoCloseable {
  static final CacheSettings ON = new CacheSettings(1 << 20, Duration.ofMinutes(5), false);
  static final long COST = 1_000_000;
  private static final long LOOKUP = 1_000;
  private static final ModelName MODEL = new ModelName("echo");

  /** A request that has reached the end of the chain. */
  record Run(LeasedRequest leased, CompletableFuture<InferenceResponse> answer) {
    void succeed() {
      answer.complete(
          new InferenceResponse(
              leased.lease().id(),
              leased.request().signature(),
              leased.lease().servable().run("", leased.request().inputs(), List.of(), null)));
    }

    void fail(ErrorReason reason) {
      answer.completeExceptionally(new ServingException(reason, "told to"));
    }

    boolean isCancelled() {
      return leased.request().cancelled().getAsBoolean();
    }
  }

  final PuppetClock clock = new PuppetClock();
  final PuppetExecutor executor = new PuppetExecutor();
  final List<Run> runs = new ArrayList<>();
  final Map<CacheOutcome, Integer> outcomes = new EnumMap<>(CacheOutcome.class);
  final List<FakeServable> loaded = new ArrayList<>();
  final List<Runnable> alarms = new ArrayList<>();
  final ModelCatalog catalog =
      new ModelCatalog(
          new VersionLoad(
              (source, mode) -> {
                loaded.add(new FakeServable());
                return loaded.get(loaded.size() - 1);
              },
              new WarmUp(directory -> List.of(), 1, () -> 0, () -> 0),
              1,
              () -> 0),
          Runnable::run,
          clock,
          () -> {});
  final LeasingPredictor predictor;
  RuntimeException defect;
  long bytes;
  long savedNanos;
  final Map<String, Long> savedFor = new HashMap<>();
  private long ticks;

  CacheRig() {
    SingleFlight flights =
        new SingleFlight(
            this,
            executor,
            (delay, task) -> {
              alarms.add(task);
              return () -> alarms.remove(task);
            },
            clock,
            200_000);
    CachedPredictor cached =
        new CachedPredictor(
            this,
            new AnswerStore(this, this::nanos, executor),
            flights,
            leased -> COST,
            this,
            this,
            () -> nanos() + LOOKUP * ticks++);
    catalog.subscribe(cached);
    predictor = new LeasingPredictor(catalog, cached);
  }

  CacheRig serve(CacheSettings cache, long... versions) {
    ModelSettings settings =
        new ModelSettings(
            ExecutionMode.PER_CORE, BatchingSettings.DEFAULT, AdmissionSettings.DEFAULT, cache);
    List<ServableSource> sources =
        LongStream.of(versions)
            .mapToObj(
                number ->
                    new ServableSource(
                        new VersionId(MODEL, number), Path.of("none"), "digest", settings))
            .toList();
    catalog.aspire(MODEL, sources);
    // A version that another replaces drains at the next statement.
    catalog.aspire(MODEL, sources);
    return this;
  }

  private long nanos() {
    return Duration.between(Instant.EPOCH, clock.instant()).toNanos();
  }

  CompletableFuture<InferenceResponse> ask(float value) {
    return ask(value, "alice", Deadline.NONE, () -> false, Priority.NORMAL);
  }

  CompletableFuture<InferenceResponse> ask(float value, String caller) {
    return ask(value, caller, Deadline.NONE, () -> false, Priority.NORMAL);
  }

  CompletableFuture<InferenceResponse> ask(
      float value, String caller, Deadline deadline, BooleanSupplier gone, Priority priority) {
    return ask(tensor(value, 1), caller, deadline, gone, priority);
  }

  CompletableFuture<InferenceResponse> ask(
      TensorData x, String caller, Deadline deadline, BooleanSupplier gone, Priority priority) {
    return predictor
        .predict(
            new InferenceRequest(
                ModelReference.parse("echo"),
                Signature.DEFAULT_NAME,
                Map.of("x", x),
                List.of(),
                deadline,
                gone,
                priority,
                new Caller(caller)))
        .toCompletableFuture();
  }

  /** {@code rows} rows of twice the same value. */
  static TensorData tensor(float value, int rows) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * rows).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat(value);
    }
    return TensorData.ofBytes(DataType.FLOAT32, Shape.of(rows, 2), bytes.flip());
  }

  static float value(CompletableFuture<InferenceResponse> answer) {
    return answer.join().outputs().get("y").bytes().getFloat();
  }

  int count(CacheOutcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
  }

  Run last() {
    return runs.get(runs.size() - 1);
  }

  Deadline in(Duration time) {
    return new Deadline(clock.instant().plus(time));
  }

  void ringAlarms() {
    List.copyOf(alarms).forEach(Runnable::run);
  }

  @Override
  public CompletionStage<InferenceResponse> predict(LeasedRequest request) {
    if (defect != null) {
      throw defect;
    }
    runs.add(new Run(request, new CompletableFuture<>()));
    return last().answer();
  }

  @Override
  public void onRequest(VersionId version, String signature, CacheOutcome outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }

  @Override
  public void onSaved(VersionId version, String signature, long nanos) {
    savedNanos += nanos;
  }

  @Override
  public void onSaved(Caller caller, VersionId version, long nanos) {
    savedFor.merge(caller.id(), nanos, Long::sum);
  }

  @Override
  public void onAnswered(
      Caller caller, VersionId version, int examples, long bytesIn, long bytesOut) {}

  @Override
  public void onComputed(Caller caller, VersionId version, long nanos) {}

  @Override
  public void onBytes(VersionId version, String signature, long change) {
    bytes += change;
  }

  /** Releases all versions, and sees that no lease and no kept byte is left. */
  @Override
  public void close() {
    catalog.aspire(MODEL, List.of());
    executor.runAll();
    Map<String, Long> left = new HashMap<>();
    left.put("kept bytes", bytes);
    left.put("alarms", (long) alarms.size());
    left.put("open versions", loaded.stream().filter(servable -> servable.closes() != 1).count());
    left.values().removeIf(count -> count == 0);
    if (!left.isEmpty()) {
      throw new AssertionError("left behind: " + left);
    }
  }
}
