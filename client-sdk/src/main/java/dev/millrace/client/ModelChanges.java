package dev.millrace.client;

import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.ListHistoryResponse;
import dev.millrace.v1.LoadVersionRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc.ModelServiceFutureStub;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.PromoteResponse;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.RollbackResponse;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.UnloadVersionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What can be done to a model's versions. Every method waits for the answer and throws {@link
 * MillraceException}. Immutable and thread-safe.
 */
public final class ModelChanges {
  private static final int LARGEST_PAGE = 1000;

  private final Channel channel;
  private final String model;
  private final String reason;
  private final String etag;

  ModelChanges(Channel channel, String model, String reason, String etag) {
    this.channel = channel;
    this.model = model;
    this.reason = reason;
    this.etag = etag;
  }

  /** The same, with words for the history; at most 1,000 characters. */
  public ModelChanges because(String why) {
    return new ModelChanges(channel, model, why, etag);
  }

  /**
   * The same, refused with ETAG_MISMATCH when the model has changed since it had this {@link
   * ModelInfo#etag}.
   */
  public ModelChanges ifStill(String seen) {
    return new ModelChanges(channel, model, reason, seen);
  }

  /** Has a version loaded and kept loaded. Does not wait for the load. */
  public ModelInfo load(long version) {
    LoadVersionRequest request =
        LoadVersionRequest.newBuilder()
            .setName(name(version))
            .setEtag(etag)
            .setReason(reason)
            .build();
    return Codec.decode(await(stub().loadVersion(request)).getModel());
  }

  /** Takes a version out of memory. Requests in flight finish. */
  public ModelInfo unload(long version) {
    UnloadVersionRequest request =
        UnloadVersionRequest.newBuilder()
            .setName(name(version))
            .setEtag(etag)
            .setReason(reason)
            .build();
    return Codec.decode(await(stub().unloadVersion(request)).getModel());
  }

  /** Deletes a version and its files for good. */
  public ModelInfo delete(long version) {
    DeleteVersionRequest request =
        DeleteVersionRequest.newBuilder()
            .setName(name(version))
            .setEtag(etag)
            .setReason(reason)
            .build();
    return Codec.decode(await(stub().deleteVersion(request)).getModel());
  }

  /** Points a label at a version. */
  public ModelInfo setLabel(String label, long version) {
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + " is below 1");
    }
    return label(label, version);
  }

  /** Takes a label away. */
  public ModelInfo removeLabel(String label) {
    return label(label, 0);
  }

  /** Makes an available version the champion, as the model's settings say. */
  public ChampionMove promote(long version) {
    return promote(version, false, Optional.empty());
  }

  /**
   * Makes an available version the champion.
   *
   * @param allowBreaking promotes although callers of the champion would break
   * @param bake how long the former champion stays loaded; empty for what the model's settings say
   */
  public ChampionMove promote(long version, boolean allowBreaking, Optional<Duration> bake) {
    PromoteRequest.Builder request =
        PromoteRequest.newBuilder()
            .setName(name(version))
            .setEtag(etag)
            .setReason(reason)
            .setAllowBreaking(allowBreaking);
    bake.ifPresent(
        time ->
            request.setBakeDuration(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(time.getSeconds())
                    .setNanos(time.getNano())));
    PromoteResponse response = await(stub().promote(request.build()));
    return move(response.getFormerVersion(), response.getChampionVersion());
  }

  /**
   * Makes an available version the champion although it has not passed the gate of its model;
   * {@link #because} must say why.
   */
  public ChampionMove overrideGate(long version) {
    PromoteRequest request =
        PromoteRequest.newBuilder()
            .setName(name(version))
            .setEtag(etag)
            .setReason(reason)
            .setOverrideGate(true)
            .build();
    PromoteResponse response = await(stub().promote(request));
    return move(response.getFormerVersion(), response.getChampionVersion());
  }

  /** Makes the former champion the champion again; waits for its load if it is out of memory. */
  public ChampionMove rollBack() {
    // A call that is tried again must not roll back twice.
    String seen =
        etag.isEmpty()
            ? await(stub().modelStatus(ModelStatusRequest.newBuilder().setModel(model).build()))
                .getModel()
                .getEtag()
            : etag;
    RollbackRequest request =
        RollbackRequest.newBuilder().setModel(model).setEtag(seen).setReason(reason).build();
    RollbackResponse response = await(stub().rollback(request));
    return move(response.getLeftVersion(), response.getRestoredVersion());
  }

  /**
   * Sends shares of the callers that name the model alone to other versions than the champion, and
   * copies to a shadow, in place of what was set before.
   */
  public ModelInfo setTraffic(TrafficSplit split) {
    SetTrafficRequest request =
        SetTrafficRequest.newBuilder()
            .setModel(model)
            .setTraffic(TrafficCodec.encode(split))
            .setEtag(etag)
            .setReason(reason)
            .build();
    return Codec.decode(await(stub().setTraffic(request)).getModel());
  }

  /**
   * What was done, newest first.
   *
   * @param most at most so many
   */
  public List<HistoryEntry> history(int most) {
    List<HistoryEntry> entries = new ArrayList<>();
    String token = "";
    do {
      ListHistoryRequest request =
          ListHistoryRequest.newBuilder()
              .setModel(model)
              .setPageSize(Math.min(LARGEST_PAGE, most - entries.size()))
              .setPageToken(token)
              .build();
      ListHistoryResponse page = await(stub().listHistory(request));
      page.getEventsList().forEach(event -> entries.add(decode(event)));
      token = page.getNextPageToken();
    } while (!token.isEmpty() && entries.size() < most);
    return entries;
  }

  private ModelInfo label(String label, long version) {
    SetLabelRequest request =
        SetLabelRequest.newBuilder()
            .setName(model + "/labels/" + label)
            .setVersion(version)
            .setEtag(etag)
            .setReason(reason)
            .build();
    return Codec.decode(await(stub().setLabel(request)).getModel());
  }

  private ModelServiceFutureStub stub() {
    return channel.timed(ModelServiceGrpc.newFutureStub(channel.grpc()));
  }

  private String name(long version) {
    return model + "/versions/" + version;
  }

  private static <T> T await(ListenableFuture<T> call) {
    return Channel.await(Channel.future(call));
  }

  private static ChampionMove move(String from, String to) {
    return new ChampionMove(
        from.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Codec.versionOf(from)),
        Codec.versionOf(to));
  }

  private static HistoryEntry decode(HistoryEvent event) {
    return new HistoryEntry(
        Codec.decode(event.getTime()),
        event.getActor(),
        event.getAction(),
        number(event.getFromVersion()),
        number(event.getToVersion()),
        event.getReason(),
        event.getEvidenceMap());
  }

  private static OptionalLong number(long version) {
    return version == 0 ? OptionalLong.empty() : OptionalLong.of(version);
  }
}
