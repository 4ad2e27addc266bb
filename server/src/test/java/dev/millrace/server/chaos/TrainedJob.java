package dev.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.testing.FewDigits;
import dev.millrace.v1.CancelTrainingJobRequest;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.GetTrainingJobRequest;
import dev.millrace.v1.TrainingEvent;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingServiceGrpc.TrainingServiceBlockingStub;
import dev.millrace.v1.TrainingSpec;
import dev.millrace.v1.WatchTrainingJobRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** A job of a few hundred small steps, seen from outside. */
final class TrainedJob {
  private static final String MODEL = "killed";

  private final String name;

  private TrainedJob(String name) {
    this.name = name;
  }

  /** Creates one; all are the same but for their names. */
  static TrainedJob create(String address) {
    return with(
        address,
        stub ->
            new TrainedJob(
                stub.createTrainingJob(
                        CreateTrainingJobRequest.newBuilder()
                            .setSpec(
                                TrainingSpec.newBuilder()
                                    .setModel(MODEL)
                                    .setDataset(FewDigits.NAME)
                                    .putParameters("steps", "400")
                                    .putParameters("batch_size", "20"))
                            .build())
                    .getTrainingJob()
                    .getName()));
  }

  /** Waits for its end. */
  TrainingJob await(String address) {
    events(address);
    return get(address);
  }

  /** True when it has ended. */
  boolean hasEnded(String address) {
    return get(address).hasEndTime();
  }

  private TrainingJob get(String address) {
    return with(
        address,
        stub ->
            stub.getTrainingJob(GetTrainingJobRequest.newBuilder().setName(name).build())
                .getTrainingJob());
  }

  /** All its events, to its end. */
  List<TrainingEvent> events(String address) {
    return with(
        address,
        stub -> {
          List<TrainingEvent> events = new ArrayList<>();
          stub.watchTrainingJob(WatchTrainingJobRequest.newBuilder().setName(name).build())
              .forEachRemaining(response -> events.add(response.getEvent()));
          for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).getSequence()).as("number of an event").isEqualTo(i + 1L);
          }
          return events;
        });
  }

  /** Cancels it; false if it had ended, or was about to. */
  boolean cancel(String address) {
    return with(
        address,
        stub -> {
          try {
            stub.cancelTrainingJob(CancelTrainingJobRequest.newBuilder().setName(name).build());
            return true;
          } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            return false;
          }
        });
  }

  /** There is the one version that the job says it published, and nothing else of the job's. */
  void checkVersions(Path folder, TrainingJob end) throws IOException {
    String id = name.substring(name.indexOf('/') + 1);
    List<String> own = new ArrayList<>();
    try (Stream<Path> versions = Files.list(folder.resolve("saved_models").resolve(MODEL))) {
      for (Path version : versions.filter(Files::isDirectory).toList()) {
        Order.checkFiles(version);
        JsonNode manifest = new ObjectMapper().readTree(version.resolve("manifest.json").toFile());
        if (manifest.get("trainingJob").asText().equals(id)) {
          own.add("models/" + MODEL + "/versions/" + version.getFileName());
        }
      }
    }
    assertThat(own)
        .isEqualTo(
            end.getPublishedVersion().isEmpty() ? List.of() : List.of(end.getPublishedVersion()));
  }

  private static <T> T with(String address, Function<TrainingServiceBlockingStub, T> call) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(address).usePlaintext().disableRetry().build();
    try {
      return call.apply(TrainingServiceGrpc.newBlockingStub(channel));
    } finally {
      channel.shutdownNow();
    }
  }
}
