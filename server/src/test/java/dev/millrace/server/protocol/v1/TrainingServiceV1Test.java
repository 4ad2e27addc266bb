package dev.millrace.server.protocol.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.v1.CancelTrainingJobRequest;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.GetTrainingJobRequest;
import dev.millrace.v1.ListTrainingJobsRequest;
import dev.millrace.v1.ListTrainingJobsResponse;
import dev.millrace.v1.TrainRequest;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingJobState;
import dev.millrace.v1.TrainingSpec;
import dev.millrace.v1.WatchTrainingJobRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingServiceV1Test {
  private TrainingDoor door;

  @BeforeEach
  void open() throws IOException {
    door = new TrainingDoor(new TrainingRig(1, 2, Runnable::run));
  }

  @AfterEach
  void close() throws InterruptedException {
    door.close();
  }

  @Test
  void createAndGet_ofAJob_tellAllOfIt() {
    TrainingJob created =
        create(
            TrainingSpec.newBuilder()
                .setModel("models/digits")
                .setSeed(0)
                .putParameters("steps", "7")
                .build(),
            "");
    door.rig().trainer().run(0).progress(3);
    TrainingJob running = get(created.getName());
    door.rig().trainer().run(0).succeed();
    TrainingJob done = get(created.getName());

    assertThat(created.getName()).startsWith("trainingJobs/j2026");
    assertThat(created.getSpec())
        .isEqualTo(
            TrainingSpec.newBuilder()
                .setModel("models/digits")
                .setRecipe("mnist-cnn")
                .putParameters("steps", "7")
                .setSeed(0)
                .setDataset("mnist")
                .build());
    assertThat(running.getState()).isEqualTo(TrainingJobState.TRAINING_JOB_STATE_RUNNING);
    assertThat(running.getProgress().getStep()).isEqualTo(3);
    assertThat(running.getProgress().getTimeLeft().getSeconds()).isEqualTo(997);
    assertThat(running.getSequence()).isEqualTo(3);
    assertThat(running.hasEndTime()).isFalse();
    assertThat(done.getState()).isEqualTo(TrainingJobState.TRAINING_JOB_STATE_SUCCEEDED);
    assertThat(done.getPublishedVersion()).isEqualTo("models/digits/versions/1");
    assertThat(done.getMetricsMap()).containsEntry("test_accuracy", 0.99);
    assertThat(done.hasEndTime()).isTrue();
    assertThat(done.getEtag()).isNotEqualTo(running.getEtag());
  }

  @Test
  void create_withTheSameRequestId_getsTheEarlierJob() {
    TrainingJob first = create(TrainingSpec.getDefaultInstance(), "once");

    assertThat(create(TrainingSpec.getDefaultInstance(), "once")).isEqualTo(first);
  }

  @Test
  void create_withWrongFields_namesThem() {
    StatusRuntimeException name =
        refusal(() -> create(TrainingSpec.newBuilder().setModel("models/../x").build(), ""));
    assertError(name, Status.Code.INVALID_ARGUMENT, "NAME_INVALID");
    assertThat(fields(name)).containsExactly("spec.model");

    StatusRuntimeException version =
        refusal(
            () -> create(TrainingSpec.newBuilder().setModel("models/m/versions/1").build(), ""));
    assertError(version, Status.Code.INVALID_ARGUMENT, "NAME_INVALID");

    StatusRuntimeException parameters =
        refusal(
            () ->
                create(
                    TrainingSpec.newBuilder()
                        .putParameters("steps", "many")
                        .putParameters("speed", "1")
                        .build(),
                    ""));
    assertError(parameters, Status.Code.INVALID_ARGUMENT, "PARAMETER_INVALID");
    assertThat(fields(parameters))
        .containsExactly("spec.parameters[\"steps\"]", "spec.parameters[\"speed\"]");

    StatusRuntimeException requestId =
        refusal(() -> create(TrainingSpec.getDefaultInstance(), "x".repeat(129)));
    assertThat(fields(requestId)).containsExactly("request_id");
  }

  @Test
  void create_ofWhatIsNotThere_isNotFound() {
    StatusRuntimeException recipe =
        refusal(() -> create(TrainingSpec.newBuilder().setRecipe("gpt").build(), ""));
    assertError(recipe, Status.Code.NOT_FOUND, "RECIPE_NOT_FOUND");
    assertThat(TrainingDoor.detail(recipe, ResourceInfo.class))
        .map(ResourceInfo::getResourceName)
        .contains("gpt");

    assertError(
        refusal(() -> create(TrainingSpec.newBuilder().setDataset("cats").build(), "")),
        Status.Code.NOT_FOUND,
        "DATASET_NOT_FOUND");
  }

  @Test
  void create_onAFullServer_isUnavailableWithADelay() {
    for (int i = 0; i < 3; i++) {
      create(TrainingSpec.getDefaultInstance(), "");
    }

    StatusRuntimeException full = refusal(() -> create(TrainingSpec.getDefaultInstance(), ""));
    assertError(full, Status.Code.UNAVAILABLE, "OVERLOADED");
    assertThat(TrainingDoor.detail(full, RetryInfo.class))
        .map(info -> info.getRetryDelay().getSeconds())
        .contains(30L);
    Metadata trailers = full.getTrailers();
    assertThat(trailers).isNotNull();
    assertThat(
            trailers.get(
                Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER)))
        .isEqualTo("30000");
  }

  @Test
  void create_onAStoppingServer_isUnavailable() {
    door.jobs().close();

    assertError(
        refusal(() -> create(TrainingSpec.getDefaultInstance(), "")),
        Status.Code.UNAVAILABLE,
        "DRAINING");
  }

  @Test
  void create_whenTheDiskIsFull_isInternalWithoutDetailsOfTheDisk() {
    door.rig().journal().setFull(true);

    StatusRuntimeException error = refusal(() -> create(TrainingSpec.getDefaultInstance(), ""));
    assertError(error, Status.Code.INTERNAL, "INTERNAL");
    assertThat(error.getMessage()).doesNotContain("space");
    assertThat(TrainingDoor.detail(error, ErrorInfo.class).orElseThrow().getMetadataMap())
        .containsEntry("error_id", "e1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "j1", "trainingJobs/", "trainingJobs/J1", "trainingJobs/../x", "models/m"})
  void get_ofAWrongName_isRefused(String name) {
    StatusRuntimeException error = refusal(() -> get(name));

    assertError(error, Status.Code.INVALID_ARGUMENT, "NAME_INVALID");
    assertThat(fields(error)).containsExactly("name");
  }

  @Test
  void everyRpc_ofAJobThatIsNot_isNotFound() {
    List<StatusRuntimeException> errors =
        List.of(
            refusal(() -> get("trainingJobs/j1")),
            refusal(() -> cancel("trainingJobs/j1", "")),
            refusal(
                () ->
                    door.blocking()
                        .watchTrainingJob(
                            WatchTrainingJobRequest.newBuilder().setName("trainingJobs/j1").build())
                        .next()));

    assertThat(errors)
        .allSatisfy(
            error -> {
              assertError(error, Status.Code.NOT_FOUND, "JOB_NOT_FOUND");
              assertThat(TrainingDoor.detail(error, ResourceInfo.class))
                  .map(ResourceInfo::getResourceName)
                  .contains("trainingJobs/j1");
            });
  }

  @Test
  void list_inPages_showsEveryJobOnceNewestFirst() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      names.add(0, create(TrainingSpec.getDefaultInstance(), "").getName());
      door.rig().trainer().run(i).succeed();
    }
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      ListTrainingJobsResponse page = list(2, token);
      assertThat(page.getTrainingJobsCount()).isBetween(1, 2);
      page.getTrainingJobsList().forEach(job -> seen.add(job.getName()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(seen).isEqualTo(names);
    assertThat(list(0, "").getTrainingJobsCount()).isEqualTo(5);
    assertThat(list(5, "").getNextPageToken()).isEmpty();
  }

  @Test
  void list_withABadPage_isRefused() {
    for (int size : new int[] {-1, 1001}) {
      StatusRuntimeException error = refusal(() -> list(size, ""));
      assertError(error, Status.Code.INVALID_ARGUMENT, "PAGE_SIZE_INVALID");
      assertThat(fields(error)).containsExactly("page_size");
    }
    for (String token : List.of("!", "abc", "YWJj")) {
      StatusRuntimeException error = refusal(() -> list(1, token));
      assertError(error, Status.Code.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID");
      assertThat(fields(error)).containsExactly("page_token");
    }
  }

  @Test
  void cancel_ofAJob_answersAsItsStateAllows() {
    TrainingJob running = create(TrainingSpec.getDefaultInstance(), "");
    TrainingJob waiting = create(TrainingSpec.getDefaultInstance(), "");

    assertThat(cancel(waiting.getName(), waiting.getEtag()).getState())
        .isEqualTo(TrainingJobState.TRAINING_JOB_STATE_CANCELLED);
    assertThat(cancel(waiting.getName(), waiting.getEtag()).getState())
        .isEqualTo(TrainingJobState.TRAINING_JOB_STATE_CANCELLED);
    assertError(
        refusal(() -> cancel(running.getName(), "stale")), Status.Code.ABORTED, "ETAG_MISMATCH");

    door.rig().trainer().run(0).succeed();
    StatusRuntimeException late = refusal(() -> cancel(running.getName(), ""));
    assertError(late, Status.Code.FAILED_PRECONDITION, "JOB_FINISHED");
    assertThat(
            TrainingDoor.detail(late, PreconditionFailure.class)
                .orElseThrow()
                .getViolations(0)
                .getSubject())
        .isEqualTo(running.getName());
  }

  @Test
  void train_withABadSpec_isRefusedLikeCreate() {
    assertError(
        refusal(
            () ->
                door.blocking()
                    .train(
                        TrainRequest.newBuilder()
                            .setSpec(TrainingSpec.newBuilder().setRecipe("gpt"))
                            .build())
                    .next()),
        Status.Code.NOT_FOUND,
        "RECIPE_NOT_FOUND");
  }

  private TrainingJob create(TrainingSpec spec, String requestId) {
    return door.blocking()
        .createTrainingJob(
            CreateTrainingJobRequest.newBuilder().setSpec(spec).setRequestId(requestId).build())
        .getTrainingJob();
  }

  private TrainingJob get(String name) {
    return door.blocking()
        .getTrainingJob(GetTrainingJobRequest.newBuilder().setName(name).build())
        .getTrainingJob();
  }

  private TrainingJob cancel(String name, String etag) {
    return door.blocking()
        .cancelTrainingJob(
            CancelTrainingJobRequest.newBuilder().setName(name).setEtag(etag).build())
        .getTrainingJob();
  }

  private ListTrainingJobsResponse list(int size, String token) {
    return door.blocking()
        .listTrainingJobs(
            ListTrainingJobsRequest.newBuilder().setPageSize(size).setPageToken(token).build());
  }

  private static StatusRuntimeException refusal(Runnable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(error).isNotNull();
    return error;
  }

  private static void assertError(StatusRuntimeException error, Status.Code code, String reason) {
    assertThat(error.getStatus().getCode()).isEqualTo(code);
    ErrorInfo info = TrainingDoor.detail(error, ErrorInfo.class).orElseThrow();
    assertThat(info.getReason()).isEqualTo(reason);
    assertThat(info.getDomain()).isEqualTo("millrace.dev");
  }

  private static List<String> fields(StatusRuntimeException error) {
    return TrainingDoor.detail(error, BadRequest.class)
        .orElseThrow()
        .getFieldViolationsList()
        .stream()
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }
}
