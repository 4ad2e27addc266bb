package dev.millrace.server.inference.shadow;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.BakeLimits;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.ShadowSettings;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import dev.millrace.server.testing.PuppetNanos;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A model "m" whose champion is version 1, with answers that the test gives. */
final class ShadowRig implements ShadowObserver {
  static final ModelName MODEL = new ModelName("m");

  /** A request that waits for its answer. */
  record Asked(InferenceRequest request, CompletableFuture<InferenceResponse> answer) {
    void answer(long version, float... y) {
      answer.complete(
          new InferenceResponse(
              new VersionId(MODEL, version), request.signature(), Map.of("y", Floats.column(y))));
    }

    void fail(ErrorReason reason) {
      answer.completeExceptionally(new ServingException(reason, "told to"));
    }
  }

  final PuppetClock clock = new PuppetClock();
  final PuppetNanos nanos = new PuppetNanos();
  final PuppetExecutor executor = new PuppetExecutor();
  final List<Asked> callers = new ArrayList<>();
  final List<Asked> copies = new ArrayList<>();
  final List<String> heard = new ArrayList<>();
  final CopyBudget budget = new CopyBudget(3, 10_000);
  ShadowSettings kept = new ShadowSettings(10, true);
  double random;
  final ShadowTraffic traffic =
      new ShadowTraffic(
          new CopyRunner(asking(copies), budget, executor, clock, nanos),
          id ->
              Optional.of(
                  new ModelSettings(
                      ModelSettings.DEFAULT.execution(),
                      ModelSettings.DEFAULT.batching(),
                      ModelSettings.DEFAULT.admission(),
                      ModelSettings.DEFAULT.cache(),
                      kept,
                      BakeLimits.DEFAULT,
                      ModelSettings.DEFAULT.versions(),
                      ModelSettings.DEFAULT.bake())),
          List.of(this),
          () -> random);
  final ShadowedPredictor predictor = new ShadowedPredictor(asking(callers), traffic, nanos);
  ModelRecord record = ModelRecord.of(MODEL).promoted(1, clock.instant(), clock.instant());

  private static Predictor asking(List<Asked> all) {
    return request -> {
      Asked asked = new Asked(request, new CompletableFuture<>());
      all.add(asked);
      return asked.answer();
    };
  }

  ShadowRig shadow(long version, double share) {
    record = record.withTraffic(new Traffic(List.of(), Optional.of(new Shadow(version, share))));
    traffic.onChange(record);
    return this;
  }

  /** A caller's request of so many rows as there are values; waits for its answer. */
  CompletableFuture<InferenceResponse> call(String name, float... x) {
    return call(name, Floats.column(x));
  }

  CompletableFuture<InferenceResponse> call(String name, TensorData x) {
    return predictor
        .predict(
            new InferenceRequest(
                ModelReference.parse(name),
                Signature.DEFAULT_NAME,
                Map.of("x", x),
                List.of(),
                Deadline.NONE,
                () -> false,
                Priority.HIGH,
                new Caller("alice")))
        .toCompletableFuture();
  }

  /** A request that version 1 answers, copied and handed to the shadow. */
  Asked copied(float... y) {
    call("m", y);
    callers.get(callers.size() - 1).answer(1, y);
    executor.runAll();
    return copies.get(copies.size() - 1);
  }

  ShadowReport report() {
    return traffic.report(MODEL).orElseThrow();
  }

  @Override
  public void onCompared(
      VersionId primary,
      Duration primaryTime,
      VersionId shadow,
      Duration shadowTime,
      Comparison comparison) {
    heard.add("compared " + primary.number() + " with " + shadow.number());
  }

  @Override
  public void onFailed(VersionId shadow) {
    heard.add("failed " + shadow.number());
  }

  @Override
  public void onDropped(VersionId shadow) {
    heard.add("dropped " + shadow.number());
  }

  @Override
  public void onEnded(VersionId shadow) {
    heard.add("ended " + shadow.number());
  }
}
