package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.testing.FakeServer;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ListModelsResponse;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelStatusResponse;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.VersionState;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ClientCommandsTest {
  private CommandRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = CommandRig.start(new FakeModels());
  }

  @AfterEach
  void stop() throws InterruptedException {
    rig.close();
  }

  @Test
  void models_text_isATable() {
    assertThat(rig.run("models")).isZero();
    assertThat(rig.out()).contains("MODEL", "mnist", "AVAILABLE", "98.82 %", "13.1 MB");
  }

  @Test
  void models_json_isOneDocument() {
    assertThat(rig.run("models", "--output", "json")).isZero();
    assertThat(rig.out().trim())
        .startsWith("{\"models\":[{\"model\":\"mnist\",\"versions\":[{\"version\":3,")
        .endsWith("}]}]}");
  }

  @Test
  void explain_text_tellsWarmUpCoresAndBatchSizes() {
    assertThat(rig.run("explain", "warm")).isZero();
    assertThat(rig.out().lines())
        .containsExactly(
            "warm version 3: AVAILABLE",
            "  loaded in 410.00 ms; warmed up with 57 requests, 12 of them the model's own records",
            "  first request 92.10 ms, last 0.90 ms",
            "  cores: one run a core, beside one another",
            "  not warmed up: other: input 'x' has no known rank",
            "  signature other: every request runs by itself",
            "    why: not measured",
            "  signature serving_default: requests share runs of up to 32 rows",
            "    why: 32 rows run in 12.0 ms",
            "      ROWS      LATENCY     ROWS/S",
            "         1      1.00 ms       1000",
            "        32     12.00 ms       2667  <- chosen",
            "warm version 2: FAILED",
            "  it was no good (WARM_UP_FAILED)");
  }

  @Test
  void explain_json_isOneDocumentWithTheSame() {
    assertThat(rig.run("explain", "warm", "--output", "json")).isZero();
    assertThat(rig.out().trim())
        .isEqualTo(
            "{'model':'warm','versions':[{'version':3,'state':'AVAILABLE','reason':'','message':'',"
                    .replace('\'', '"')
                + "'warm_up':{'requests':57,'records':12,'load_milliseconds':410.0,"
                    .replace('\'', '"')
                + "'first_request_milliseconds':92.1,'last_request_milliseconds':0.9,"
                    .replace('\'', '"')
                + "\"skipped\":[\"other: input 'x' has no known rank\"],\"execution\":\"PER_CORE\","
                + ("'batching':{'other':{'batchable':false,'best_size':1,"
                        + "'explanation':'not measured','tried':[]},"
                        + "'serving_default':{'batchable':true,'best_size':32,"
                        + "'explanation':'32 rows run in 12.0 ms','tried':["
                        + "{'rows':1,'latency_milliseconds':1.0,'rows_per_second':1000.0},"
                        + "{'rows':32,'latency_milliseconds':12.0,'rows_per_second':2667.0}]}}}},"
                        + "{'version':2,'state':'FAILED','reason':'WARM_UP_FAILED',"
                        + "'message':'it was no good'}]}")
                    .replace('\'', '"'));
  }

  @Test
  void explain_unknownModel_failsWithReason() {
    assertThat(rig.run("explain", "nobody")).isEqualTo(1);
    assertThat(rig.err()).contains("error: no good (MODEL_NOT_FOUND)");
  }

  @Test
  void status_unknownModel_failsWithReason() {
    assertThat(rig.run("status", "nobody")).isEqualTo(1);
    assertThat(rig.err()).contains("error: no good (MODEL_NOT_FOUND)");
  }

  @Test
  void anyCommand_noServer_saysHowToStartOne() {
    assertThat(rig.runAsItIs("models", "--server", "127.0.0.1:1")).isEqualTo(1);
    assertThat(rig.err())
        .contains("no server answers at 127.0.0.1:1; start one with 'millrace serve'");
  }

  @Test
  void anyCommand_wrongUse_exitsWithTwo() {
    assertThat(rig.run("predict")).isEqualTo(2);
    assertThat(rig.run("predict", "no-such-file.png")).isEqualTo(2);
    assertThat(rig.run("models", "--output", "xml")).isEqualTo(2);
    assertThat(rig.run("models", "--deadline", "0")).isEqualTo(2);
  }

  private static final class FakeModels extends ModelServiceGrpc.ModelServiceImplBase {
    private static final Model MNIST =
        Model.newBuilder()
            .setName("models/mnist")
            .addVersions(
                ModelVersion.newBuilder()
                    .setName("models/mnist/versions/3")
                    .setVersion(3)
                    .setState(VersionState.VERSION_STATE_AVAILABLE)
                    .setMemoryBytes(13_111_690)
                    .setProvenance(
                        dev.millrace.v1.Provenance.newBuilder()
                            .putMetrics("test_accuracy", 0.9882)))
            .build();

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
      observer.onNext(ListModelsResponse.newBuilder().addModels(MNIST).build());
      observer.onCompleted();
    }

    @Override
    public void modelStatus(
        ModelStatusRequest request, StreamObserver<ModelStatusResponse> observer) {
      if (!request.getModel().endsWith("warm")) {
        observer.onError(FakeServer.error(Status.Code.NOT_FOUND, "MODEL_NOT_FOUND"));
        return;
      }
      observer.onNext(ModelStatusResponse.newBuilder().setModel(WarmModel.MESSAGE).build());
      observer.onCompleted();
    }
  }
}
