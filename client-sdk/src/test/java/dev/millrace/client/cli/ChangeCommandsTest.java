package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.millrace.client.testing.FakeServer;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.DeleteVersionResponse;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.ListHistoryResponse;
import dev.millrace.v1.LoadVersionRequest;
import dev.millrace.v1.LoadVersionResponse;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelStatusResponse;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.PromoteResponse;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.RollbackResponse;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.SetLabelResponse;
import dev.millrace.v1.UnloadVersionRequest;
import dev.millrace.v1.UnloadVersionResponse;
import dev.millrace.v1.VersionState;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands that change versions, against a real gRPC server. */
final class ChangeCommandsTest {
  private final FakeModels models = new FakeModels();
  private CommandRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = CommandRig.start(models);
  }

  @AfterEach
  void stop() throws InterruptedException {
    rig.close();
  }

  @Test
  void loadUnloadAndDelete_nameTheVersionAndSayWhy() {
    assertThat(rig.run("load", "mnist", "3", "--reason", "tests", "--etag", "7")).isZero();
    assertThat(rig.run("unload", "mnist", "3")).isZero();
    assertThat(rig.run("delete", "mnist", "3", "--yes")).isZero();
    assertThat(models.asked)
        .containsExactly(
            LoadVersionRequest.newBuilder()
                .setName("models/mnist/versions/3")
                .setReason("tests")
                .setEtag("7")
                .build(),
            UnloadVersionRequest.newBuilder().setName("models/mnist/versions/3").build(),
            DeleteVersionRequest.newBuilder().setName("models/mnist/versions/3").build());
    assertThat(rig.out().lines())
        .containsExactly(
            "mnist version 3 is being loaded",
            "mnist version 3 is being taken out of memory",
            "mnist version 3 is deleted");
  }

  @Test
  void label_setAndRemoved_asksForTheVersionOrForNone() {
    assertThat(rig.run("label", "mnist", "challenger", "3")).isZero();
    assertThat(rig.run("label", "mnist", "challenger", "--remove")).isZero();
    assertThat(models.asked)
        .containsExactly(
            SetLabelRequest.newBuilder()
                .setName("models/mnist/labels/challenger")
                .setVersion(3)
                .build(),
            SetLabelRequest.newBuilder().setName("models/mnist/labels/challenger").build());
    assertThat(rig.run("label", "mnist", "challenger")).isEqualTo(2);
    assertThat(rig.run("label", "mnist", "challenger", "3", "--remove")).isEqualTo(2);
  }

  @Test
  void promote_options_goWithTheCall() {
    assertThat(rig.run("promote", "mnist", "4", "--allow-breaking", "--bake", "10m")).isZero();
    PromoteRequest asked = (PromoteRequest) models.asked.get(0);
    assertThat(asked.getAllowBreaking()).isTrue();
    assertThat(asked.getBakeDuration().getSeconds()).isEqualTo(600);
    assertThat(rig.out()).contains("mnist version 4 is the champion; before it was version 3");
    assertThat(rig.run("promote", "mnist", "4", "--bake", "soon")).isEqualTo(2);
    assertThat(rig.run("promote", "mnist", "4", "--output", "json")).isZero();
    assertThat(rig.out())
        .contains("{\"model\":\"mnist\",\"version\":4,\"done\":\"promoted\",\"former_version\":3}");
    assertThat(((PromoteRequest) models.asked.get(1)).hasBakeDuration()).isFalse();
  }

  @Test
  void rollback_withoutEtag_readsItSoThatNoRetryRollsBackTwice() {
    assertThat(rig.run("rollback", "mnist", "--reason", "no good")).isZero();
    assertThat(models.asked)
        .containsExactly(
            RollbackRequest.newBuilder()
                .setModel("models/mnist")
                .setEtag("7")
                .setReason("no good")
                .build());
    assertThat(rig.out()).contains("mnist version 3 is the champion again; version 4 is no longer");
  }

  @Test
  void history_text_isATableWithEvidence() {
    assertThat(rig.run("history", "mnist")).isZero();
    assertThat(rig.out().lines())
        .containsExactly(
            "TIME                 ACTION         FROM     TO  BY               WHY",
            "1970-01-01T00:00:00Z ROLLED_BACK       4      3  millrace         too many errors",
            "    errors: 12 of 80");
    assertThat(rig.run("history", "mnist", "--most", "0")).isEqualTo(2);
  }

  @Test
  void status_storedAndLabelledVersions_areShown() {
    assertThat(rig.run("status", "mnist")).isZero();
    assertThat(rig.out().lines().toList().get(1)).contains("STORED").endsWith("challenger, old");
  }

  @Test
  void change_refused_tellsTheReason() {
    assertThat(rig.run("load", "nobody", "1")).isEqualTo(1);
    assertThat(rig.err()).contains("error: no good (MODEL_NOT_FOUND)");
  }

  private static final class FakeModels extends ModelServiceGrpc.ModelServiceImplBase {
    private static final Model MODEL =
        Model.newBuilder()
            .setName("models/mnist")
            .setEtag("7")
            .addVersions(
                ModelVersion.newBuilder()
                    .setName("models/mnist/versions/3")
                    .setVersion(3)
                    .setState(VersionState.VERSION_STATE_STORED)
                    .addLabels("challenger")
                    .addLabels("old"))
            .build();

    private final List<Message> asked = new ArrayList<>();

    @Override
    public void modelStatus(
        ModelStatusRequest request, StreamObserver<ModelStatusResponse> observer) {
      observer.onNext(ModelStatusResponse.newBuilder().setModel(MODEL).build());
      observer.onCompleted();
    }

    @Override
    public void loadVersion(
        LoadVersionRequest request, StreamObserver<LoadVersionResponse> observer) {
      if (request.getName().contains("nobody")) {
        observer.onError(FakeServer.error(Status.Code.NOT_FOUND, "MODEL_NOT_FOUND"));
        return;
      }
      answer(request, observer, LoadVersionResponse.newBuilder().setModel(MODEL).build());
    }

    @Override
    public void unloadVersion(
        UnloadVersionRequest request, StreamObserver<UnloadVersionResponse> observer) {
      answer(request, observer, UnloadVersionResponse.newBuilder().setModel(MODEL).build());
    }

    @Override
    public void deleteVersion(
        DeleteVersionRequest request, StreamObserver<DeleteVersionResponse> observer) {
      answer(request, observer, DeleteVersionResponse.newBuilder().setModel(MODEL).build());
    }

    @Override
    public void setLabel(SetLabelRequest request, StreamObserver<SetLabelResponse> observer) {
      answer(request, observer, SetLabelResponse.newBuilder().setModel(MODEL).build());
    }

    @Override
    public void promote(PromoteRequest request, StreamObserver<PromoteResponse> observer) {
      answer(
          request,
          observer,
          PromoteResponse.newBuilder()
              .setModel(MODEL)
              .setFormerVersion("models/mnist/versions/3")
              .setChampionVersion("models/mnist/versions/4")
              .build());
    }

    @Override
    public void rollback(RollbackRequest request, StreamObserver<RollbackResponse> observer) {
      answer(
          request,
          observer,
          RollbackResponse.newBuilder()
              .setModel(MODEL)
              .setLeftVersion("models/mnist/versions/4")
              .setRestoredVersion("models/mnist/versions/3")
              .build());
    }

    @Override
    public void listHistory(
        ListHistoryRequest request, StreamObserver<ListHistoryResponse> observer) {
      answer(
          request,
          observer,
          ListHistoryResponse.newBuilder()
              .addEvents(
                  HistoryEvent.newBuilder()
                      .setActor("millrace")
                      .setAction("ROLLED_BACK")
                      .setFromVersion(4)
                      .setToVersion(3)
                      .setReason("too many errors")
                      .putEvidence("errors", "12 of 80"))
              .build());
    }

    private <A> void answer(Message request, StreamObserver<A> observer, A answer) {
      asked.add(request);
      observer.onNext(answer);
      observer.onCompleted();
    }
  }
}
