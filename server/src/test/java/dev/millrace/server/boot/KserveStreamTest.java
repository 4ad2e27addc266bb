package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.millrace.proto.inference.ModelStreamInferResponse;
import dev.millrace.server.testing.RawCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams of predictions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class KserveStreamTest {
  private static final int MANY = 200;

  private DoorRig rig;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void stream_ofManyRequests_isAnsweredWholeAndInOrder() throws Exception {
    Answers answers = new Answers();
    var questions = stub(false).modelStreamInfer(answers);
    for (int i = 0; i < MANY; i++) {
      questions.onNext(KserveDoorTest.good().setId(Integer.toString(i)).build());
    }
    questions.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
    assertThat(answers.received).hasSize(MANY);
    for (int i = 0; i < MANY; i++) {
      ModelStreamInferResponse answer = answers.received.get(i);
      assertThat(answer.getErrorMessage()).isEmpty();
      assertThat(answer.getInferResponse().getId()).isEqualTo(Integer.toString(i));
      assertThat(
              answer
                  .getInferResponse()
                  .getParametersOrThrow("triton_final_response")
                  .getBoolParam())
          .isTrue();
    }
  }

  @Test
  void stream_withAnErrorInIt_tellsItAndGoesOn() throws Exception {
    Answers answers = new Answers();
    var questions = stub(false).modelStreamInfer(answers);
    questions.onNext(KserveDoorTest.good().setModelName("nobody").setId("a").build());
    questions.onNext(KserveDoorTest.good().setId("b").build());
    questions.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
    assertThat(answers.received.get(0).getErrorMessage())
        .isEqualTo("Request for unknown model: 'nobody' is not found");
    assertThat(answers.received.get(0).getInferResponse().getId()).isEqualTo("a");
    assertThat(answers.received.get(1).getInferResponse().getOutputsCount()).isEqualTo(1);
  }

  @Test
  void stream_thatWantsStatuses_endsWithTheFirstError() throws Exception {
    Answers answers = new Answers();
    var questions = stub(true).modelStreamInfer(answers);
    questions.onNext(KserveDoorTest.good().setId("a").build());
    questions.onNext(KserveDoorTest.good().setModelName("nobody").build());
    Status end = answers.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(end.getDescription()).contains("'nobody' is not found");
    assertThat(answers.received).hasSize(1);
  }

  @Test
  void stream_withWhatIsNoMessage_alwaysEndsWithAReason() throws Exception {
    byte[] good = KserveDoorTest.good().build().toByteArray();
    byte[] broken = {(byte) 0xFF, 1, 2};
    for (int i = 0; i < MANY; i++) {
      CompletableFuture<Status> ended = new CompletableFuture<>();
      RawCall.send(
          rig.channel,
          RawCall.onBytes(GRPCInferenceServiceGrpc.getModelStreamInferMethod()),
          new Metadata(),
          List.of(good, good, good, good, good, broken, broken, good),
          TimeUnit.SECONDS.toMicros(60),
          (status, trailers, answers) -> ended.complete(status));
      Status end = ended.get(60, TimeUnit.SECONDS);
      assertThat(end.getCode()).as("%s", end).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(end.getDescription()).startsWith("the request is no ModelStreamInfer message");
    }
    rig.awaitNoTensors();
  }

  private GRPCInferenceServiceStub stub(boolean statuses) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER),
        Boolean.toString(statuses));
    return GRPCInferenceServiceGrpc.newStub(rig.channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Keeps what comes, and how the stream ends. */
  private static final class Answers implements StreamObserver<ModelStreamInferResponse> {
    final List<ModelStreamInferResponse> received = new ArrayList<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();

    @Override
    public void onNext(ModelStreamInferResponse answer) {
      received.add(answer);
    }

    @Override
    public void onError(Throwable error) {
      ended.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }

    Status end() throws Exception {
      return ended.get(60, TimeUnit.SECONDS);
    }
  }
}
