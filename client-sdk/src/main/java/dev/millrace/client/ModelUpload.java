package dev.millrace.client;

import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ModelServiceGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Uploads one SavedModel over broken connections: asks what has arrived, and sends the rest. */
final class ModelUpload {
  private static final int MOST_FAILURES = 10;
  // A server that still checks what an earlier attempt brought.
  private static final int MOST_BUSY = 120;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Channel channel;
  private final String model;
  private final Path folder;
  private final ImportOptions options;

  ModelUpload(Channel channel, String model, Path folder, ImportOptions options) {
    this.channel = channel;
    this.model = model;
    this.folder = folder;
    this.options = options;
  }

  ImportedVersion run() throws IOException {
    ImportPlan plan = plan();
    int failures = 0;
    int busy = 0;
    while (true) {
      try {
        Map<String, Long> received = failures + busy == 0 ? Map.of() : received(plan);
        return decode(
            new UploadCall<ImportVersionRequest, ImportVersionResponse>(
                    call -> ModelServiceGrpc.newStub(channel.grpc()).importVersion(call),
                    ImportVersionRequest.newBuilder().setPlan(plan).build(),
                    piece -> ImportVersionRequest.newBuilder().setPiece(piece).build(),
                    new UploadCall.Sent(plan.getFilesList(), folder::resolve, received),
                    options.onProgress())
                .run());
      } catch (MillraceException failed) {
        boolean isBusy = "true".equals(failed.metadata().get("busy"));
        busy += isBusy ? 1 : 0;
        failures += isBusy ? 0 : 1;
        if (!(failed.isRetryable() || isBusy) || failures > MOST_FAILURES || busy > MOST_BUSY) {
          throw failed;
        }
        pause(failures + busy, failed);
      }
    }
  }

  private static ImportedVersion decode(ImportVersionResponse response) {
    String name = response.getVersion();
    return new ImportedVersion(
        name.substring("models/".length(), name.indexOf("/versions/")),
        Long.parseLong(name.substring(name.lastIndexOf('/') + 1)),
        response.getDigest());
  }

  private ImportPlan plan() throws IOException {
    ImportPlan.Builder plan =
        ImportPlan.newBuilder()
            .setModel("models/" + model)
            .setImportId(UUID.randomUUID().toString())
            .addAllFiles(SavedModelFiles.list(folder))
            .putAllParameters(options.parameters())
            .putAllMetrics(options.metrics())
            .setReason(options.reason());
    options
        .parent()
        .ifPresent(version -> plan.setParent("models/" + model + "/versions/" + version));
    return plan.build();
  }

  private Map<String, Long> received(ImportPlan plan) {
    try {
      return Channel.await(
              Channel.future(
                  channel
                      .timed(ModelServiceGrpc.newFutureStub(channel.grpc()))
                      .getImport(
                          GetImportRequest.newBuilder().setImportId(plan.getImportId()).build())))
          .getReceivedBytesMap();
    } catch (MillraceException failed) {
      if (failed.code() == ErrorCode.NOT_FOUND) {
        return Map.of();
      }
      throw failed;
    }
  }

  private static void pause(int failures, MillraceException failed) {
    try {
      TimeUnit.MILLISECONDS.sleep(
          Math.min(LONGEST_PAUSE.toMillis(), 100L << Math.min(failures, 10)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed;
    }
  }
}
