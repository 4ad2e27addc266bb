package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.millrace.v1.Bake;
import dev.millrace.v1.ClassAgreement;
import dev.millrace.v1.DataType;
import dev.millrace.v1.Disagreement;
import dev.millrace.v1.ListDisagreementsRequest;
import dev.millrace.v1.ListDisagreementsResponse;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelStatusResponse;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.SetTrafficResponse;
import dev.millrace.v1.ShadowReport;
import dev.millrace.v1.Tensor;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class TrafficCommandTest {
  private final List<SetTrafficRequest> asked = new ArrayList<>();
  private CommandRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = CommandRig.start(new FakeTraffic());
  }

  @AfterEach
  void stop() throws InterruptedException {
    rig.close();
  }

  @Test
  void traffic_shares_areSentInOrderAndTold() {
    assertThat(
            run(
                "traffic",
                "mnist",
                "--canary",
                "4=0.1",
                "--canary",
                "3=0.25",
                "--shadow",
                "5=1",
                "--reason",
                "try it",
                "--etag",
                "7"))
        .isZero();
    SetTrafficRequest request = asked.get(0);
    assertThat(request.getModel()).isEqualTo("models/mnist");
    assertThat(request.getReason()).isEqualTo("try it");
    assertThat(request.getEtag()).isEqualTo("7");
    assertThat(request.getTraffic().getCanaries(0).getVersion()).isEqualTo(4);
    assertThat(request.getTraffic().getCanaries(1).getShare()).isEqualTo(0.25);
    assertThat(rig.out().trim())
        .isEqualTo(
            "mnist: version 4 answers 10.0 %, version 3 answers 25.0 %, the champion answers 65.0 %,"
                + " version 5 gets copies of 100.0 %");
  }

  @Test
  void traffic_clear_sendsNoShares() {
    assertThat(run("traffic", "mnist", "--clear")).isZero();
    assertThat(asked.get(0).getTraffic().getCanariesCount()).isZero();
    assertThat(rig.out().trim()).isEqualTo("mnist: the champion answers 100.0 %");
  }

  @Test
  void traffic_nothingOrNonsense_isWrongUse() {
    assertThat(run("traffic", "mnist")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("traffic", "mnist", "--clear", "--canary", "4=0.1"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("traffic", "mnist", "--canary", "4")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(rig.err()).contains("'4' is no VERSION=SHARE such as 4=0.1");
    assertThat(asked).isEmpty();
  }

  @Test
  void status_withBakeAndShadow_tellsThemInWords() {
    assertThat(run("status", "mnist")).isZero();
    assertThat(rig.out().lines().skip(1))
        .containsExactly(
            "bake: version 2 is watched until 1970-01-01T00:01:40Z; version 1 stays loaded",
            "shadow version 3: 20 requests compared, 1 failed, 2 dropped",
            "  says the same on 90.0 % of 40 examples; largest difference 0.500",
            "  median 3.00 ms (callers' 1.00 ms), 99th percentile 4.00 ms (2.00 ms)",
            "  class 7: 60.0 % of 10");
    assertThat(run("status", "mnist", "--output", "json")).isZero();
    assertThat(rig.out()).contains("\"shadow_report\":{\"version\":3,\"compared_requests\":20");
  }

  @Test
  void disagreements_kept_areShownWithoutWhatATerminalObeys() {
    assertThat(run("disagreements", "mnist")).isZero();
    assertThat(rig.out().lines())
        .containsExactly(
            "1970-01-01T00:00:05Z serving_default",
            "  input text: STRING[2] 'hello', 3 bytes",
            "  version 1 label: INT64[1] 5",
            "  version 3 label: INT64[1] 6");
  }

  private int run(String command, String model, String... more) {
    List<String> words = new ArrayList<>(List.of(command, model));
    words.addAll(List.of(more));
    return rig.run(words.toArray(String[]::new));
  }

  private final class FakeTraffic extends ModelServiceGrpc.ModelServiceImplBase {
    @Override
    public void setTraffic(SetTrafficRequest request, StreamObserver<SetTrafficResponse> observer) {
      asked.add(request);
      observer.onNext(
          SetTrafficResponse.newBuilder()
              .setModel(Model.newBuilder().setName("models/mnist").setTraffic(request.getTraffic()))
              .build());
      observer.onCompleted();
    }

    @Override
    public void modelStatus(
        ModelStatusRequest request, StreamObserver<ModelStatusResponse> observer) {
      observer.onNext(
          ModelStatusResponse.newBuilder()
              .setModel(
                  Model.newBuilder()
                      .setName("models/mnist")
                      .setBake(
                          Bake.newBuilder()
                              .setVersion(2)
                              .setFormerVersion(1)
                              .setEndTime(Timestamp.newBuilder().setSeconds(100)))
                      .setShadowReport(
                          ShadowReport.newBuilder()
                              .setVersion(3)
                              .setComparedRequests(20)
                              .setComparedExamples(40)
                              .setAgreement(0.9)
                              .setLargestDifference(0.5)
                              .setFailedRequests(1)
                              .setDroppedRequests(2)
                              .addClasses(agreement("1", 30, 30))
                              .addClasses(agreement("7", 10, 6))
                              .setPrimaryP50(millis(1))
                              .setPrimaryP99(millis(2))
                              .setShadowP50(millis(3))
                              .setShadowP99(millis(4))))
              .build());
      observer.onCompleted();
    }

    @Override
    public void listDisagreements(
        ListDisagreementsRequest request, StreamObserver<ListDisagreementsResponse> observer) {
      observer.onNext(
          ListDisagreementsResponse.newBuilder()
              .addDisagreements(
                  Disagreement.newBuilder()
                      .setTime(Timestamp.newBuilder().setSeconds(5))
                      .setSignature("serving_default")
                      .setPrimaryVersion(1)
                      .setShadowVersion(3)
                      .putInputs(
                          "text",
                          Tensor.newBuilder()
                              .setDtype(DataType.DATA_TYPE_STRING)
                              .addShape(2)
                              .addStrings(ByteString.copyFromUtf8("hello"))
                              .addStrings(ByteString.copyFromUtf8("\u001b[m"))
                              .build())
                      .putPrimaryOutputs("label", label(5))
                      .putShadowOutputs("label", label(6)))
              .build());
      observer.onCompleted();
    }

    private static Tensor label(int value) {
      return Tensor.newBuilder()
          .setDtype(DataType.DATA_TYPE_INT64)
          .addShape(1)
          .setData(ByteString.copyFrom(new byte[] {(byte) value, 0, 0, 0, 0, 0, 0, 0}))
          .build();
    }

    private static ClassAgreement agreement(String label, long examples, long agreed) {
      return ClassAgreement.newBuilder()
          .setLabel(label)
          .setExamples(examples)
          .setAgreed(agreed)
          .build();
    }

    private static Duration millis(int millis) {
      return Duration.newBuilder().setNanos(1_000_000 * millis).build();
    }
  }
}
