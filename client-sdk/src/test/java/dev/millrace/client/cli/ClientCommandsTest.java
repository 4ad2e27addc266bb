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
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class ClientCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine program = new CommandLine(CommandSpec.create().name("millrace"));
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server = FakeServer.start(new FakeModels());
    ClientCommands.addTo(program);
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.close();
  }

  @Test
  void models_text_isATable() {
    assertThat(run("models")).isZero();
    assertThat(out.toString()).contains("MODEL", "mnist", "AVAILABLE", "98.82 %", "13.1 MB");
  }

  @Test
  void models_json_isOneDocument() {
    assertThat(run("models", "--output", "json")).isZero();
    assertThat(out.toString().trim())
        .startsWith("{\"models\":[{\"model\":\"mnist\",\"versions\":[{\"version\":3,")
        .endsWith("}]}]}");
  }

  @Test
  void status_unknownModel_failsWithReason() {
    assertThat(run("status", "nobody")).isEqualTo(1);
    assertThat(err.toString()).contains("error: no good (MODEL_NOT_FOUND)");
  }

  @Test
  void anyCommand_noServer_saysHowToStartOne() {
    assertThat(program.execute("models", "--server", "127.0.0.1:1")).isEqualTo(1);
    assertThat(err.toString())
        .contains("no server answers at 127.0.0.1:1; start one with 'millrace serve'");
  }

  @Test
  void anyCommand_wrongUse_exitsWithTwo() {
    assertThat(run("predict")).isEqualTo(2);
    assertThat(run("predict", "no-such-file.png")).isEqualTo(2);
    assertThat(run("models", "--output", "xml")).isEqualTo(2);
    assertThat(run("models", "--deadline", "0")).isEqualTo(2);
  }

  private int run(String... words) {
    String[] all = new String[words.length + 2];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--server";
    all[words.length + 1] = server.address();
    return program.execute(all);
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
      observer.onError(FakeServer.error(Status.Code.NOT_FOUND, "MODEL_NOT_FOUND"));
    }
  }
}
