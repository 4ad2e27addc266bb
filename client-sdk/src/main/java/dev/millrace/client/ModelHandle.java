package dev.millrace.client;

import dev.millrace.v1.DiffVersionsRequest;
import dev.millrace.v1.ListDisagreementsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.WatchModelRequest;
import dev.millrace.v1.WatchModelResponse;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A model; asked itself, its champion answers, or without a champion its newest available version.
 * Thread-safe.
 */
public final class ModelHandle extends VersionHandle {
  private final Channel channel;
  private final String id;
  private final String routingKey;
  private final String requestId;

  ModelHandle(Channel channel, String id) {
    this(channel, id, "", "");
  }

  private ModelHandle(Channel channel, String id, String routingKey, String requestId) {
    super(new AsyncVersionHandle(channel, "models/" + id, routingKey, requestId));
    this.channel = channel;
    this.id = id;
    this.routingKey = routingKey;
    this.requestId = requestId;
  }

  /**
   * The same model with a key that keeps predictions with one version while canaries take shares,
   * such as a user's id.
   *
   * @param key at most 256 bytes in UTF-8; empty for none
   */
  public ModelHandle withRoutingKey(String key) {
    return new ModelHandle(channel, id, key, requestId);
  }

  /**
   * The same model with a name for the next prediction, under which its truth can be told later.
   *
   * @param name at most 128 characters, another one for each prediction; empty for none
   */
  public ModelHandle withRequestId(String name) {
    return new ModelHandle(channel, id, routingKey, name);
  }

  /** What callers tell of this model's predictions afterwards. */
  public FeedbackHandle feedback() {
    return new FeedbackHandle(channel, "models/" + id);
  }

  /** The gate between this model's versions and its champion. */
  public GateHandle gate() {
    return new GateHandle(channel, "models/" + id);
  }

  /**
   * Requests on which a shadow's answer differed, newest first, as far as the model's settings keep
   * them.
   */
  public List<Disagreement> disagreements() {
    ListDisagreementsRequest request =
        ListDisagreementsRequest.newBuilder().setModel("models/" + id).build();
    return Channel.await(
        Channel.future(
                channel
                    .timed(ModelServiceGrpc.newFutureStub(channel.grpc()))
                    .listDisagreements(request))
            .thenApply(
                response ->
                    response.getDisagreementsList().stream().map(TrafficCodec::decode).toList()));
  }

  /** One version of it, whose next prediction has the same name. */
  public VersionHandle version(long number) {
    return part("/versions/" + number);
  }

  /** The version that a label points at, whose next prediction has the same name. */
  public VersionHandle label(String label) {
    return part("/labels/" + label);
  }

  private VersionHandle part(String below) {
    // A routing key chooses among versions, and here one is chosen.
    return new VersionHandle(
        new AsyncVersionHandle(channel, "models/" + id + below, "", requestId));
  }

  /**
   * How two of its versions differ, loaded or not.
   *
   * @param base number of the version to compare with
   * @param changed number of the version that is compared
   */
  public VersionDiff diff(long base, long changed) {
    DiffVersionsRequest request =
        DiffVersionsRequest.newBuilder()
            .setBase("models/" + id + "/versions/" + base)
            .setChanged("models/" + id + "/versions/" + changed)
            .build();
    return Codec.decode(
        Channel.await(
            Channel.future(
                channel
                    .timed(ModelServiceGrpc.newFutureStub(channel.grpc()))
                    .diffVersions(request))));
  }

  /** What can be done to its versions. */
  public ModelChanges changes() {
    return new ModelChanges(channel, "models/" + id, "", "");
  }

  /** The same model with another deadline for each call. */
  public ModelHandle withDeadline(Duration deadline) {
    return new ModelHandle(channel.withDeadline(deadline), id, routingKey, requestId);
  }

  /**
   * Uploads a SavedModel as the model's next version, and waits until the server has checked and
   * published it. A connection that breaks is taken up again where it broke. Takes as long as it
   * takes: the deadline is not the upload's.
   *
   * @param folder the SavedModel; a {@code manifest.json} in it is left out
   * @throws MillraceException if the server refuses it, with the op, the file or the limit at fault
   * @throws IllegalArgumentException if the folder is no SavedModel, or has a link
   * @throws UncheckedIOException if the folder cannot be read
   */
  public ImportedVersion importVersion(Path folder, ImportOptions options) {
    try {
      return new ModelUpload(channel, id, folder, options).run();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Hears of the state of every version now, and of each change from then on.
   *
   * @param onChange called from the client's threads, one call at a time
   * @param onEnd called once, when the server ends the watch or cannot be reached
   * @return ends the watch when it is closed
   */
  public Watch watch(Consumer<VersionInfo> onChange, Consumer<MillraceException> onEnd) {
    Context.CancellableContext context = Context.ROOT.withCancellation();
    context.run(
        () ->
            ModelServiceGrpc.newStub(channel.grpc())
                .watchModel(
                    WatchModelRequest.newBuilder().setModel("models/" + id).build(),
                    new StreamObserver<>() {
                      @Override
                      public void onNext(WatchModelResponse response) {
                        onChange.accept(Codec.decode(response.getVersion()));
                      }

                      @Override
                      public void onError(Throwable failure) {
                        if (!context.isCancelled()) {
                          onEnd.accept(Errors.of(failure));
                        }
                      }

                      @Override
                      public void onCompleted() {
                        onError(io.grpc.Status.UNAVAILABLE.asRuntimeException());
                      }
                    }));
    return () -> context.cancel(null);
  }

  /** A watch under way. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
