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
import dev.millrace.server.scheduling.DropReason;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.QueueObserver;
import dev.millrace.server.scheduling.ShedReason;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetNanos;
import dev.millrace.server.testing.ScriptedServable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** A model "m" of which version 1 is loaded; takes rows of one float, gives them back. */
final class InferenceRig implements QueueObserver, UsageObserver {
  final PuppetClock clock = new PuppetClock();
  final PuppetNanos nanos = new PuppetNanos();
  final ScriptedServable servable =
      new ScriptedServable()
          .with(Signature.DEFAULT_NAME, ScriptedServable.signature(ShapeSpec.of(-1, 1)));
  final List<String> reports = new ArrayList<>();
  final List<String> charges = new ArrayList<>();
  final Lanes lanes = new Lanes();
  final ModelCatalog catalog;

  InferenceRig(ModelSettings settings) {
    catalog =
        new ModelCatalog(
            new VersionLoad(
                (source, mode) -> servable,
                new WarmUp(model -> List.of(), 1, nanos, nanos),
                1,
                nanos),
            Runnable::run,
            clock,
            () -> {});
    catalog.subscribe(lanes);
    ModelName model = new ModelName("m");
    catalog.aspire(
        model, List.of(new ServableSource(new VersionId(model, 1), Path.of("none"), "", settings)));
    servable.rows().clear();
  }

  InferenceRequest request(TensorData x, Deadline deadline, BooleanSupplier cancelled) {
    return request(x, deadline, cancelled, Caller.UNKNOWN);
  }

  private static InferenceRequest request(
      TensorData x, Deadline deadline, BooleanSupplier cancelled, Caller caller) {
    return new InferenceRequest(
        ModelReference.parse("m"),
        Signature.DEFAULT_NAME,
        Map.of("x", x),
        List.of(),
        deadline,
        cancelled,
        Priority.NORMAL,
        caller);
  }

  LeasedRequest leased(InferenceRequest request) {
    Lease lease = catalog.lease(request.model());
    return new LeasedRequest(request, lease, List.of("y"));
  }

  /** A request of so many rows as there are values, as one piece. */
  PredictWork piece(float... values) {
    return piece(Deadline.NONE, () -> false, values);
  }

  /** The same of a caller. */
  PredictWork piece(Caller caller, float... values) {
    return piece(request(Floats.column(values), Deadline.NONE, () -> false, caller), values.length);
  }

  PredictWork piece(Deadline deadline, BooleanSupplier cancelled, float... values) {
    return piece(request(Floats.column(values), deadline, cancelled), values.length);
  }

  private PredictWork piece(InferenceRequest request, int rows) {
    LeasedRequest leased = leased(request);
    return new PredictWork(
        leased, lane(leased, true), leased.request().inputs(), rows, new CompletableFuture<>());
  }

  Lane lane(LeasedRequest leased, boolean together) {
    return lanes.of(leased, leased.lease().batchPlan(Signature.DEFAULT_NAME), together);
  }

  static float[] y(PredictWork piece) {
    return Floats.values(piece.answer().join().get("y"));
  }

  @Override
  public void onAnswered(
      Caller caller, VersionId version, int examples, long bytesIn, long bytesOut) {
    charges.add(caller.id() + " " + examples + " " + bytesIn + " " + bytesOut);
  }

  @Override
  public void onComputed(Caller caller, VersionId version, long taken) {
    charges.add(caller.id() + " " + taken);
  }

  @Override
  public void onSaved(Caller caller, VersionId version, long spared) {}

  @Override
  public void onShed(Lane lane, ShedReason why) {
    reports.add("shed");
  }

  @Override
  public void onDropped(Lane lane, DropReason why, long savedNanos) {
    reports.add("dropped " + why);
  }

  @Override
  public void onStarted(Lane lane, long waitedNanos) {
    reports.add("started");
  }

  @Override
  public void onRun(Lane lane, int rows, long taken) {
    reports.add("ran " + rows);
  }

  @Override
  public void onExpiredRun(Lane lane) {
    reports.add("expired run");
  }

  @Override
  public void onWasted(Lane lane, DropReason why, long taken) {
    reports.add("wasted " + why + " " + taken / 1_000_000 + " ms");
  }
}
