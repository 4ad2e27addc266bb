package dev.millrace.server.protocol.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Admitted;
import dev.millrace.server.model.Caller;
import dev.millrace.server.protocol.CallerInterceptor;
import dev.millrace.server.protocol.OpenStreams;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.security.permission.Grants;
import dev.millrace.server.testing.OpenAdmission;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.v1.CancelTrainingJobRequest;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.GetTrainingJobRequest;
import dev.millrace.v1.ListTrainingJobsRequest;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingSpec;
import dev.millrace.v1.WatchTrainingJobRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.AnonymousInProcessSocketAddress;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs of several callers: each sees those of the models that it may see. */
@Timeout(20)
final class TrainingServiceV1Test {
  private final TrainingJobs jobs = new TrainingRig().open();
  private Caller caller = new Caller("here", Access.ALL);
  private Server server;
  private ManagedChannel channel;
  private TrainingServiceGrpc.TrainingServiceBlockingStub stub;

  @BeforeEach
  void open() throws IOException {
    StatusMapper statuses = new StatusMapper(() -> "id");
    AnonymousInProcessSocketAddress address = new AnonymousInProcessSocketAddress();
    server =
        InProcessServerBuilder.forAddress(address)
            .directExecutor()
            .intercept(
                CallerInterceptor.behind(
                    () -> new Admitted(caller, () -> caller),
                    new OpenAdmission(),
                    new OpenStreams(Runnable::run),
                    statuses))
            .addService(new TrainingServiceV1(jobs, statuses, Runnable::run))
            .build()
            .start();
    channel = InProcessChannelBuilder.forAddress(address).directExecutor().build();
    stub = TrainingServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void close() {
    jobs.close();
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void jobs_ofAnothersModel_areNotThere() {
    as("b", "trainer:team-b-*");
    TrainingJob theirs = create("team-b-x", "once");
    as("a", "trainer:team-a-*");
    TrainingJob own = create("team-a-x", "once");
    assertThat(own.getName())
        .as("request ids are each caller's own")
        .isNotEqualTo(theirs.getName());
    assertThat(create("team-a-x", "once").getName()).isEqualTo(own.getName());
    assertThat(list()).containsExactly(own.getName());
    String unknown = error(() -> get("trainingJobs/none")).getMessage();
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> get(theirs.getName()),
            () -> cancel(theirs.getName()),
            () ->
                stub.watchTrainingJob(
                        WatchTrainingJobRequest.newBuilder().setName(theirs.getName()).build())
                    .next())) {
      assertThat(error(call).getMessage()).isEqualTo(unknown);
    }
    as("admin", "admin");
    assertThat(list()).hasSize(2);
  }

  @Test
  void changes_ofAJobThatMayBeSeen_needTheRoleOfItsModel() {
    as("b", "trainer:team-b-*");
    TrainingJob theirs = create("team-b-x", "");
    as("v", "viewer:team-b-*", "trainer:team-a-*");
    assertThat(list()).containsExactly(theirs.getName());
    assertCode(Status.Code.PERMISSION_DENIED, () -> cancel(theirs.getName()));
    assertCode(Status.Code.PERMISSION_DENIED, () -> create("team-b-y", ""));
    // The recipe's own model is none of theirs.
    assertCode(Status.Code.PERMISSION_DENIED, () -> create("", ""));
    as("nobody", "trainer:other");
    assertCode(Status.Code.PERMISSION_DENIED, () -> create("team-b-x", ""));
  }

  private void as(String id, String... grants) {
    caller =
        new Caller(
            "key:" + id,
            new Grants(
                Arrays.stream(grants).map(Grant::parse).map(Optional::orElseThrow).toList()));
  }

  private TrainingJob create(String model, String requestId) {
    return stub.createTrainingJob(
            CreateTrainingJobRequest.newBuilder()
                .setSpec(TrainingSpec.newBuilder().setModel(model))
                .setRequestId(requestId)
                .build())
        .getTrainingJob();
  }

  private void get(String name) {
    stub.getTrainingJob(GetTrainingJobRequest.newBuilder().setName(name).build());
  }

  private void cancel(String name) {
    stub.cancelTrainingJob(CancelTrainingJobRequest.newBuilder().setName(name).build());
  }

  private List<String> list() {
    return stub
        .listTrainingJobs(ListTrainingJobsRequest.getDefaultInstance())
        .getTrainingJobsList()
        .stream()
        .map(TrainingJob::getName)
        .toList();
  }

  private static void assertCode(Status.Code code, ThrowingCallable call) {
    assertThat(error(call).getStatus().getCode()).isEqualTo(code);
  }

  private static StatusRuntimeException error(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call);
  }
}
