package dev.millrace.server.chaos;

import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.GetImportResponse;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.VersionState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Changes of one model's versions, as a seed chooses them, through a server that may die. */
final class Changes {
  static final String MODEL = "victim";
  static final String CHAMPION = "champion";

  private static final int PATIENCE_SECONDS = 60;
  private static final int FEW_VERSIONS = 3;

  /** What a change does. */
  enum Kind {
    UPLOAD,
    PROMOTE,
    ROLL_BACK,
    DELETE,
    LABEL;

    /** The change that comes to a step. */
    static Kind leadingTo(String step) {
      if (step.contains("PROMOTED")) {
        return PROMOTE;
      }
      if (step.contains("ROLLED_BACK")) {
        return ROLL_BACK;
      }
      if (step.contains("LABELLED")) {
        return LABEL;
      }
      return step.contains("delete") || step.contains("DELETED") ? DELETE : UPLOAD;
    }
  }

  private final ManagedChannel channel;
  private final Path savedModel;
  private final Random random;
  private final BooleanSupplier dead;

  /**
   * Changes through a connection.
   *
   * @param folder where the SavedModel to upload is kept
   * @param dead says whether the server has ended, after waiting for a moment
   */
  Changes(ManagedChannel channel, Path folder, Random random, BooleanSupplier dead)
      throws IOException {
    this.channel = channel;
    this.dead = dead;
    this.random = random;
    this.savedModel = folder.resolve("upload");
    if (!Files.exists(savedModel)) {
      SmallModels.doubling(savedModel);
    }
  }

  /**
   * A change that was asked for, and may or may not have been made.
   *
   * @param before the champion before; 0 for none
   * @param after the champion that it would make; 0 for what only the history can tell
   * @param importId of the upload that it is; empty for none
   */
  record Change(long before, long after, String importId) {}

  /**
   * Makes one change.
   *
   * @param preferred what half of the changes are
   * @throws ServerDiedException if the server ended in it
   */
  void makeOne(String importId, Kind preferred) {
    Model model = model();
    List<ModelVersion> available =
        model.getVersionsList().stream()
            .filter(version -> version.getState() == VersionState.VERSION_STATE_AVAILABLE)
            .toList();
    long champion = champion(model).orElse(0);
    Kind[] kinds = Kind.values();
    Kind drawn = random.nextBoolean() ? preferred : kinds[random.nextInt(kinds.length)];
    Kind kind = model.getVersionsCount() < FEW_VERSIONS ? Kind.UPLOAD : drawn;
    switch (kind) {
      case UPLOAD ->
          attempt(
              new Change(champion, champion, importId),
              () -> new Upload(channel, MODEL, importId).send(savedModel, path -> 0));
      case PROMOTE -> {
        if (!available.isEmpty()) {
          long next = available.get(random.nextInt(available.size())).getVersion();
          PromoteRequest request = PromoteRequest.newBuilder().setName(name(next)).build();
          attempt(new Change(champion, next, ""), () -> stub().promote(request));
        }
      }
      case ROLL_BACK -> {
        RollbackRequest request = RollbackRequest.newBuilder().setModel(MODEL).build();
        attempt(new Change(champion, 0, ""), () -> stub().rollback(request));
      }
      case DELETE -> {
        DeleteVersionRequest request =
            DeleteVersionRequest.newBuilder().setName(name(any(model))).build();
        attempt(new Change(champion, champion, ""), () -> stub().deleteVersion(request));
      }
      case LABEL -> {
        SetLabelRequest request =
            SetLabelRequest.newBuilder()
                .setName("models/" + MODEL + "/labels/challenger")
                .setVersion(any(model))
                .build();
        attempt(new Change(champion, champion, ""), () -> stub().setLabel(request));
      }
    }
  }

  private long any(Model model) {
    return model.getVersions(random.nextInt(model.getVersionsCount())).getVersion();
  }

  /** The model now; without versions when the server knows none. */
  Model model() {
    try {
      return stub().modelStatus(ModelStatusRequest.newBuilder().setModel(MODEL).build()).getModel();
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Model.getDefaultInstance();
      }
      throw refused;
    }
  }

  /** The model once nothing of it is being loaded or released. */
  Model settled() {
    Model model = model();
    while (!model.getVersionsList().stream().allMatch(Changes::isSettled)) {
      Pause.brief();
      model = model();
    }
    return model;
  }

  private static boolean isSettled(ModelVersion version) {
    return switch (version.getState()) {
      case VERSION_STATE_AVAILABLE, VERSION_STATE_STORED, VERSION_STATE_FAILED -> true;
      default -> false;
    };
  }

  static OptionalLong champion(Model model) {
    return model.getVersionsList().stream()
        .filter(version -> version.getLabelsList().contains(CHAMPION))
        .mapToLong(ModelVersion::getVersion)
        .findFirst();
  }

  /** Events of the model, newest first. */
  List<HistoryEvent> history() {
    return stub()
        .listHistory(ListHistoryRequest.newBuilder().setModel(MODEL).setPageSize(1000).build())
        .getEventsList();
  }

  /** The version that answers who names the model alone. */
  String answering() {
    return InferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .predict(
            PredictRequest.newBuilder()
                .setModel(MODEL)
                .putInputs(
                    "x",
                    Tensor.newBuilder()
                        .setDtype(DataType.DATA_TYPE_FLOAT32)
                        .addShape(1)
                        .addShape(2)
                        .addFloats(1)
                        .addFloats(2)
                        .build())
                .build())
        .getModel();
  }

  /** Takes an upload up where it broke off; the version that comes of it. */
  String finish(String importId) throws IOException {
    Map<String, Long> received = Map.of();
    try {
      GetImportResponse known =
          stub().getImport(GetImportRequest.newBuilder().setImportId(importId).build());
      if (!known.getVersion().isEmpty()) {
        return known.getVersion();
      }
      received = known.getReceivedBytesMap();
    } catch (StatusRuntimeException unknown) {
      if (unknown.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw unknown;
      }
    }
    Map<String, Long> there = received;
    return new Upload(channel, MODEL, importId)
        .send(savedModel, path -> there.getOrDefault(path, 0L))
        .getVersion();
  }

  /** A refusal is an answer like another; the end of the server is not. */
  private void attempt(Change change, Call call) {
    try {
      call.make();
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() == Status.Code.UNAVAILABLE && dead.getAsBoolean()) {
        throw new ServerDiedException(change);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static String name(long version) {
    return "models/" + MODEL + "/versions/" + version;
  }

  private ModelServiceGrpc.ModelServiceBlockingStub stub() {
    return ModelServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private interface Call {
    void make() throws IOException;
  }

  /** The server has ended in the middle of a change. */
  static final class ServerDiedException extends RuntimeException {
    private final transient Change change;

    ServerDiedException(Change change) {
      this.change = change;
    }

    Change change() {
      return change;
    }
  }
}
