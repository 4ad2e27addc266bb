package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.VersionLoad;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.shadow.Comparison;
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
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.MemoryRegistryStore;
import dev.millrace.server.testing.PuppetClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** A model "m" with versions 1 to 3, a registry, and a watch whose time the test moves. */
final class WatchRig {
  static final ModelName MODEL = new ModelName("m");
  static final Duration INTERVAL = Duration.ofSeconds(5);
  static final Duration BAKE = Duration.ofMinutes(10);

  final PuppetClock clock = new PuppetClock();
  final Registry registry = new Registry(new MemoryRegistryStore(), clock);
  final ModelCatalog catalog =
      new ModelCatalog(
          new VersionLoad(
              (source, mode) -> new FakeServable(),
              new WarmUp(directory -> List.of(), 1, () -> 0, () -> 0),
              1,
              () -> 0),
          Runnable::run,
          clock,
          () -> {});
  final BakeWatch watch = new BakeWatch(catalog, registry, clock, INTERVAL);

  WatchRig() {
    this(BakeLimits.DEFAULT);
  }

  WatchRig(BakeLimits limits) {
    catalog.subscribe(watch);
    registry.onChange(watch::onChange);
    serve(limits, 1, 2, 3);
    decide(record -> record.promoted(1, clock.instant(), clock.instant()));
  }

  void serve(BakeLimits limits, long... versions) {
    ModelSettings defaults = ModelSettings.DEFAULT;
    ModelSettings settings =
        new ModelSettings(
            defaults.execution(),
            defaults.batching(),
            defaults.admission(),
            defaults.cache(),
            ShadowSettings.DEFAULT,
            limits,
            defaults.versions(),
            defaults.bake());
    List<ServableSource> sources =
        LongStream.of(versions)
            .mapToObj(
                number ->
                    new ServableSource(new VersionId(MODEL, number), Path.of("none"), "", settings))
            .toList();
    catalog.aspire(MODEL, sources);
    catalog.aspire(MODEL, sources);
  }

  void decide(UnaryOperator<ModelRecord> change) {
    registry.change(
        MODEL,
        "",
        change,
        before -> HistoryEvent.of(MODEL, "test", HistoryAction.PROMOTED, 0, 0, "", Map.of()));
  }

  void promote(long version) {
    decide(record -> record.promoted(version, clock.instant(), clock.instant().plus(BAKE)));
  }

  void answered(long version, int times, Duration taken) {
    InferenceResponse response =
        new InferenceResponse(new VersionId(MODEL, version), Signature.DEFAULT_NAME, Map.of());
    for (int i = 0; i < times; i++) {
      watch.onEnd(request("m", Floats.of(Shape.of(1, 2), 1, 2)), response, null, taken);
    }
  }

  void failed(long version, int times, ErrorReason reason) {
    failed(request("m", Floats.of(Shape.of(1, 2), 1, 2)), version, times, reason);
  }

  void failed(InferenceRequest request, long version, int times, ErrorReason reason) {
    ServingException failure =
        new ServingException(reason, "told to").of(new VersionId(MODEL, version));
    for (int i = 0; i < times; i++) {
      watch.onEnd(request, null, failure, Duration.ofMillis(1));
    }
  }

  /** Requests of ten examples that the champion answered and version {@code former} as well. */
  void compared(long champion, long former, int times, int agreedOfTen, Duration formerTime) {
    for (int i = 0; i < times; i++) {
      watch.onCompared(
          new VersionId(MODEL, champion),
          Duration.ofMillis(1),
          new VersionId(MODEL, former),
          formerTime,
          new Comparison(10, agreedOfTen, 0, List.of(), List.of()));
    }
  }

  void tick() {
    clock.advance(INTERVAL);
    watch.tick();
  }

  long champion() {
    return registry.get(MODEL).champion().orElse(0);
  }

  HistoryEvent last() {
    return registry.history(MODEL, Long.MAX_VALUE, 1).get(0);
  }

  static InferenceRequest request(String name, TensorData x) {
    return new InferenceRequest(
        ModelReference.parse(name),
        Signature.DEFAULT_NAME,
        Map.of("x", x),
        List.of(),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN);
  }
}
