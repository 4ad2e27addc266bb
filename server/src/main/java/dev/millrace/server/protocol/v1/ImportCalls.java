package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.repository.FileEntry;
import dev.millrace.server.repository.ImportPlan;
import dev.millrace.server.rollout.Imports;
import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.GetImportResponse;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/** Uploads, from the wire and back. Thread-safe. */
public final class ImportCalls {
  private final Imports imports;
  private final StatusMapper statuses;
  private final Executor finishing;

  /**
   * Calls over imports.
   *
   * @param finishing checks and publishes uploads that are whole, which may take minutes
   */
  public ImportCalls(Imports imports, StatusMapper statuses, Executor finishing) {
    this.imports = imports;
    this.statuses = statuses;
    this.finishing = finishing;
  }

  StreamObserver<ImportVersionRequest> begin(
      ServerCallStreamObserver<ImportVersionResponse> observer) {
    ImportCall call =
        new ImportCall(imports, observer, statuses, finishing, Callers.current().id());
    call.begin();
    return call;
  }

  GetImportResponse progress(GetImportRequest request) {
    Imports.Progress progress = imports.progress(request.getImportId(), Callers::see);
    return GetImportResponse.newBuilder()
        .putAllReceivedBytes(progress.bytes())
        .setVersion(progress.version().map(VersionId::resource).orElse(""))
        .build();
  }

  static ImportPlan decode(dev.millrace.v1.ImportPlan plan) {
    ModelReference reference = ModelReference.parse(plan.getModel());
    if (!(reference.choice() instanceof VersionChoice.Latest)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID, "name the model alone, as in models/mnist");
    }
    return new ImportPlan(
        reference.model(),
        plan.getImportId(),
        plan.getFilesList().stream()
            .map(
                file ->
                    new FileEntry(
                        file.getPath(),
                        file.getSizeBytes(),
                        file.getSha256().toLowerCase(Locale.ROOT)))
            .toList(),
        parent(plan.getParent(), reference.model()),
        new TreeMap<>(plan.getParametersMap()),
        new TreeMap<>(plan.getMetricsMap()),
        plan.getReason());
  }

  private static long parent(String parent, ModelName model) {
    if (parent.isEmpty()) {
      return 0;
    }
    ModelReference reference = ModelReference.parse(parent);
    if (reference.choice() instanceof VersionChoice.Exact exact
        && reference.model().equals(model)) {
      return exact.number();
    }
    throw new ServingException(
        ErrorReason.IMPORT_INVALID,
        "the parent must be a version of the same model, as in models/" + model + "/versions/3");
  }
}
