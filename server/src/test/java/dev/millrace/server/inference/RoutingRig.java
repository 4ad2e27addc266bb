package dev.millrace.server.inference;

import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.VersionLoad;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.MemoryRegistryStore;
import dev.millrace.server.testing.PuppetClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** A model "m" with versions that load at once, and a registry. */
final class RoutingRig {
  static final ModelName MODEL = new ModelName("m");

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
  double random;
  final VersionRouter router = new VersionRouter(registry, catalog, () -> random);

  RoutingRig serve(long... versions) {
    List<ServableSource> sources =
        LongStream.of(versions)
            .mapToObj(
                number ->
                    new ServableSource(
                        new VersionId(MODEL, number), Path.of("none"), "", ModelSettings.DEFAULT))
            .toList();
    catalog.aspire(MODEL, sources);
    // A version that another replaces drains at the next statement.
    catalog.aspire(MODEL, sources);
    return this;
  }

  RoutingRig decide(UnaryOperator<ModelRecord> change) {
    registry.change(
        MODEL,
        "",
        change,
        before -> HistoryEvent.of(MODEL, "test", HistoryAction.TRAFFIC_SET, 0, 0, "", Map.of()));
    return this;
  }

  RoutingRig promote(long version) {
    return decide(record -> record.promoted(version, clock.instant(), clock.instant()));
  }

  RoutingRig canary(long version, double share) {
    return decide(
        record ->
            record.withTraffic(new Traffic(List.of(new Canary(version, share)), Optional.empty())));
  }

  boolean isLoaded(long version) {
    return catalog.settings(new VersionId(MODEL, version)).isPresent();
  }

  /** The version that answers. */
  long ask(String name, String key) {
    try (Lease lease = router.lease(request(name, key))) {
      return lease.id().number();
    }
  }

  static InferenceRequest request(String name, String key) {
    return new InferenceRequest(
        ModelReference.parse(name),
        Signature.DEFAULT_NAME,
        Map.of(),
        List.of(),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN,
        key);
  }
}
