package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import dev.millrace.server.audit.AuditFolder;
import dev.millrace.server.audit.AuditLine;
import dev.millrace.server.audit.AuditMark;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.audit.KeptLine;
import dev.millrace.server.protocol.audit.AuditedMethods;
import dev.millrace.server.testing.Http;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.DeleteDatasetRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingSpec;
import io.grpc.CallOptions;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The audit log of a whole server, over all of its wires. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class AuditServingTest {
  private static final String HOSTILE = "a\nfaked line\r\u001b[31mred\u0007\u202e";

  private DoorRig rig;
  private Path state = Path.of("");
  private Http http;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    state = folder.resolve("state");
    rig = DoorRig.start(folder, List.of());
    http = new Http(rig.server.httpPort().getAsInt());
  }

  @AfterAll
  void stop() throws Exception {
    rig.close();
    AuditFolder folder = AuditFolder.of(state);
    assertThat(folder.check(List.of())).isEmpty();
    List<KeptLine> lines = folder.lines();
    assertThat(actions(lines.stream())).startsWith("millrace/Start").endsWith("millrace/Stop");
  }

  @Test
  void changes_overEachWire_haveTwoLinesEach() throws Exception {
    long before = last();
    GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub kserve =
        GRPCInferenceServiceGrpc.newBlockingStub(rig.channel);
    kserve.repositoryModelUnload(
        RepositoryModelUnloadRequest.newBuilder().setModelName("echo").build());
    kserve.repositoryModelLoad(
        RepositoryModelLoadRequest.newBuilder().setModelName("echo").build());
    DoorRig.assertRefused(
        () ->
            dev.millrace.proto.tfserving.ModelServiceGrpc.newBlockingStub(rig.channel)
                .handleReloadConfigRequest(ReloadConfigRequest.getDefaultInstance()),
        io.grpc.Status.Code.INVALID_ARGUMENT,
        "ModelServerConfig is empty");
    http.send(
        http.request("/api/v1/models/doubling/labels/best")
            .header("content-type", "application/json")
            .header("x-request-id", "over-http")
            .PUT(BodyPublishers.ofString("{\"version\": 2, \"reason\": \"why not\"}")));

    List<AuditLine> lines = since(before);
    assertThat(lines)
        .extracting(
            line -> line.entry().action().replaceAll(".*[.](\\w+/)", "$1"),
            line -> line.entry().target(),
            line -> line.entry().decision())
        .contains(
            tuple("GRPCInferenceService/RepositoryModelUnload", "echo", Decision.ASKED),
            tuple("GRPCInferenceService/RepositoryModelUnload", "echo", Decision.ALLOWED),
            tuple("GRPCInferenceService/RepositoryModelLoad", "echo", Decision.ALLOWED),
            tuple("ModelService/HandleReloadConfigRequest", "", Decision.FAILED),
            tuple("ModelService/SetLabel", "models/doubling/labels/best", Decision.ALLOWED));
    assertThat(lines)
        .filteredOn(line -> line.entry().request().equals("over-http"))
        .hasSize(2)
        .allMatch(line -> line.entry().caller().equals("127.0.0.1"))
        .allMatch(line -> line.entry().details().get("version").equals("2"));
  }

  @Test
  void failedChanges_haveTheirReason() throws Exception {
    long before = last();
    refused(
        () ->
            ModelServiceGrpc.newBlockingStub(rig.channel)
                .promote(
                    PromoteRequest.newBuilder().setName("models/doubling/versions/99").build()));
    refused(
        () ->
            DatasetServiceGrpc.newBlockingStub(rig.channel)
                .deleteDataset(
                    DeleteDatasetRequest.newBuilder().setName("datasets/mnist").build()));

    assertThat(since(before))
        .extracting(line -> line.entry().decision(), line -> line.entry().reason())
        .contains(
            tuple(Decision.FAILED, "VERSION_NOT_FOUND"), tuple(Decision.FAILED, "NAME_INVALID"));
  }

  @Test
  void predictions_ofEachWire_leaveNoLine() throws Exception {
    long before = last();
    for (var door : rig.doors()) {
      door.predict(DoorRig.good().build(), CallOptions.DEFAULT).get(30, TimeUnit.SECONDS);
    }
    assertThat(since(before)).isEmpty();
  }

  @Test
  void hostileNames_overGrpc_stayWithinTheirLines() throws Exception {
    long before = last();
    refused(
        () ->
            ModelServiceGrpc.newBlockingStub(rig.channel)
                .setLabel(
                    SetLabelRequest.newBuilder()
                        .setName("models/doubling/labels/" + HOSTILE)
                        .setVersion(1)
                        .setReason(HOSTILE)
                        .build()));
    refused(
        () ->
            TrainingServiceGrpc.newBlockingStub(rig.channel)
                .createTrainingJob(
                    CreateTrainingJobRequest.newBuilder()
                        .setSpec(TrainingSpec.newBuilder().setRecipe(HOSTILE).setDataset(HOSTILE))
                        .build()));

    assertThat(since(before)).hasSizeGreaterThanOrEqualTo(4);
    for (KeptLine line : AuditFolder.of(state).lines()) {
      assertThat(line.line()).as(line.place()).isPresent();
    }
    try (Stream<Path> files = Files.list(state.resolve("audit"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".jsonl")).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1).chars())
            .allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
      }
    }
    StringWriter printed = new StringWriter();
    assertThat(command(printed, "audit", "list", "--data-dir", state.toString())).isZero();
    assertThat(printed.toString().chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
    assertThat(printed.toString().lines()).noneMatch(line -> line.startsWith("faked line"));
  }

  @Test
  void services_ofTheServer_areAllInTheTable() throws Exception {
    CompletableFuture<List<ServiceResponse>> listed = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asking =
        ServerReflectionGrpc.newStub(rig.channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    listed.complete(response.getListServicesResponse().getServiceList());
                  }

                  @Override
                  public void onError(Throwable failure) {
                    listed.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    // The answer has come.
                  }
                });
    asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    List<ServiceResponse> services = listed.get(30, TimeUnit.SECONDS);
    asking.onCompleted();

    assertThat(services).hasSizeGreaterThan(10);
    for (ServiceResponse service : services) {
      assertThat(Stream.concat(AuditedMethods.changes().stream(), AuditedMethods.reads().stream()))
          .as(service.getName())
          .anyMatch(method -> method.startsWith(service.getName() + "/"));
    }
  }

  @Test
  void command_verify_findsWhatWasChanged(@TempDir Path copy) throws Exception {
    Path data = Files.createDirectories(copy.resolve("data/audit"));
    try (Stream<Path> files = Files.list(state.resolve("audit"))) {
      for (Path file : files.toList()) {
        Files.copy(file, data.resolve(file.getFileName()));
      }
    }
    String folder = copy.resolve("data").toString();
    StringWriter good = new StringWriter();
    assertThat(command(good, "audit", "verify", "--data-dir", folder)).isZero();
    String head =
        good.toString()
            .lines()
            .filter(line -> line.startsWith("head "))
            .findFirst()
            .orElseThrow()
            .substring(5);
    assertThat(AuditMark.parse(head)).isPresent();
    Path file = data.resolve("000000000001.jsonl");
    List<String> lines = Files.readAllLines(file);
    Files.write(file, lines.subList(0, lines.size() - 1));
    Files.delete(data.resolve("head"));
    StringWriter cut = new StringWriter();
    assertThat(command(cut, "audit", "verify", "--data-dir", folder)).isZero();
    assertThat(command(cut, "audit", "verify", "--data-dir", folder, "--expect", head))
        .isEqualTo(1);
    assertThat(cut.toString()).contains("CUT_OFF");
    Files.writeString(
        file,
        lines.get(0).replace("millrace/Start", "millrace/Begin") + "\n" + lines.get(1) + "\n");
    StringWriter changed = new StringWriter();
    assertThat(command(changed, "audit", "verify", "--data-dir", folder)).isEqualTo(1);
    assertThat(changed.toString()).contains("CHANGED", "000000000001.jsonl:1");
    assertThat(command(changed, "audit", "verify", "--expect", "x")).isEqualTo(2);
  }

  private static int command(StringWriter out, String... arguments) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    return commandLine.execute(arguments);
  }

  private static org.assertj.core.groups.Tuple tuple(Object... values) {
    return org.assertj.core.groups.Tuple.tuple(values);
  }

  private static void refused(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException expected) {
      return;
    }
    throw new AssertionError("it was not refused");
  }

  private long last() throws Exception {
    List<KeptLine> lines = AuditFolder.of(state).lines();
    return lines.get(lines.size() - 1).mark().sequence();
  }

  private List<AuditLine> since(long before) throws Exception {
    return AuditFolder.of(state).lines().stream()
        .flatMap(line -> line.line().stream())
        .filter(line -> line.sequence() > before)
        .toList();
  }

  private static List<String> actions(Stream<KeptLine> lines) {
    return lines.flatMap(line -> line.line().stream()).map(line -> line.entry().action()).toList();
  }
}
