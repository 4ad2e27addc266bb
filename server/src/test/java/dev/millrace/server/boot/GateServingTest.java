package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.FewDigits;
import dev.millrace.server.testing.TrainedDigits;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GetGateRequest;
import dev.millrace.v1.GetGateResponse;
import dev.millrace.v1.GetJudgementRequest;
import dev.millrace.v1.GetTrainingJobRequest;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.JudgeVersionRequest;
import dev.millrace.v1.Judgement;
import dev.millrace.v1.JudgementState;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.RuleResult;
import dev.millrace.v1.Traffic;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingJobState;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingSpec;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The loop from a training job to a new champion: real training, real digits, a whole server. */
@Timeout(300)
final class GateServingTest {
  private static final String POLICY =
      """
      evaluate: {split: validation, examples: 1000}
      bars: {accuracy: 0.3}
      champion: {accuracy-loss: 0.01}
      """;

  private static final Digits DIGITS = Digits.ofTestSet();
  private static final Set<JudgementState> UNDER_WAY =
      Set.of(
          JudgementState.JUDGEMENT_STATE_EVALUATING,
          JudgementState.JUDGEMENT_STATE_PASSED,
          JudgementState.JUDGEMENT_STATE_PROMOTING,
          JudgementState.JUDGEMENT_STATE_SHADOWING,
          JudgementState.JUDGEMENT_STATE_CANARYING);

  private Path folder = Path.of("");
  private LifeRig rig;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    TrainedDigits.export(folder.resolve("models/mnist/1"), 20);
    Files.writeString(folder.resolve("models/mnist/gate.yaml"), POLICY);
    rig = serve();
    rig.awaitAvailable("mnist", 1);
  }

  private LifeRig serve() throws IOException {
    FewDigits.write(folder);
    return LifeRig.start(
        folder, Map.of(ServeOption.DATASETS, folder.resolve("datasets").toString()));
  }

  @AfterEach
  void stop() {
    // A former champion may still be warmed up.
    LifeRig.await(
        () -> rig.server.openTensors() == 0, () -> rig.server.openTensors() + " are open");
    rig.close();
  }

  @Test
  void train_aWorseAndThenABetterModel_onlyTheBetterBecomesChampionAndNobodyHelps()
      throws IOException {
    Judgement worse = judged(train(2));
    assertThat(worse.getState())
        .as(worse.getMessage())
        .isEqualTo(JudgementState.JUDGEMENT_STATE_REFUSED);
    assertThat(worse.getComparedWith()).isEqualTo("models/mnist/versions/1");
    assertThat(worse.getMessage()).startsWith("fell short: ").contains("accuracy");
    assertThat(worse.getRulesList())
        .extracting(RuleResult::getRule)
        .containsExactly("bars.accuracy", "champion.accuracy-loss");
    assertThat(champion()).isEqualTo(1);

    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> promote(2, false, "I like it"));
    assertThat(LifeRig.reason(refused)).isEqualTo("GATE_REFUSED");
    assertThat(refused.getMessage()).contains("fell short");
    assertThat(
            LifeRig.reason(
                catchThrowableOfType(StatusRuntimeException.class, () -> promote(2, true, " "))))
        .isEqualTo("PARAMETER_INVALID");
    assertThat(champion()).isEqualTo(1);

    Judgement better = judged(train(80));
    assertThat(better.getState())
        .as(better.getMessage())
        .isEqualTo(JudgementState.JUDGEMENT_STATE_PROMOTED);
    assertThat(champion()).isEqualTo(3);

    // No version but the better one ever answered in place of the first.
    List<HistoryEvent> history = history();
    assertThat(history)
        .filteredOn(event -> event.getAction().equals("PROMOTED"))
        .extracting(HistoryEvent::getToVersion)
        .containsExactly(3L, 1L);
    HistoryEvent decided =
        history.stream()
            .filter(event -> event.getAction().equals("GATE_REFUSED"))
            .findFirst()
            .orElseThrow();
    assertThat(decided.getActor()).isEqualTo("millrace");
    assertThat(decided.getReason()).isEqualTo(worse.getMessage());
    assertThat(decided.getEvidenceMap())
        .containsKeys("bars.accuracy", "champion.accuracy-loss", "evaluation", "compared_with");

    rig.close();
    rig = serve();
    rig.awaitAvailable("mnist", 3);
    assertThat(judgement(2)).isEqualTo(worse);
    assertThat(judgement(3)).isEqualTo(better);
    GetGateResponse gate =
        gate().getGate(GetGateRequest.newBuilder().setModel("models/mnist").build());
    assertThat(gate.getPolicy()).isEqualTo(POLICY);
    assertThat(gate.getPolicyDigest()).hasSize(64).isEqualTo(better.getPolicyDigest());
    assertThat(gate.getJudgementsList()).containsExactly(better, worse);
  }

  @Test
  void judge_onDemand_holdsAndAPersonOverrides() throws IOException {
    TrainedDigits.export(folder.resolve("models/mnist/2"), 1);
    rig.awaitAvailable("mnist", 2);
    gate()
        .judgeVersion(
            JudgeVersionRequest.newBuilder()
                .setName("models/mnist/versions/2")
                .setHold(true)
                .build());
    Judgement judged = judged(2);
    assertThat(judged.getState()).isEqualTo(JudgementState.JUDGEMENT_STATE_REFUSED);
    // Nobody had promoted a version: the one before stays, and not the newest that fell short.
    LifeRig.await(() -> champion() == 1, () -> rig.model("mnist").toString());

    rig.awaitAvailable("mnist", 2);
    promote(2, true, "the digits of the demonstration are drawn by hand");
    assertThat(champion()).isEqualTo(2);
    assertThat(judgement(2).getState()).isEqualTo(JudgementState.JUDGEMENT_STATE_OVERRIDDEN);
    HistoryEvent told = history().get(0);
    assertThat(told.getAction()).isEqualTo("PROMOTED");
    assertThat(told.getReason()).isEqualTo("the digits of the demonstration are drawn by hand");
    assertThat(told.getEvidenceMap())
        .containsEntry("gate", "overridden")
        .containsEntry("judgement", judged.getMessage());

    Files.writeString(folder.resolve("models/mnist/gate.yaml"), "bars: {acuracy: 1}");
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> create(1));
    assertThat(LifeRig.reason(refused)).isEqualTo("SETTINGS_INVALID");
    assertThat(refused.getMessage()).contains("line 1: unknown key 'bars.acuracy'");
  }

  @Test
  void judge_aBetterVersionByStages_answersCopiesThenSomeCallersThenAll() throws IOException {
    promote(1, true, "the first");
    Path policy = folder.resolve("models/mnist/gate.yaml");
    Files.writeString(
        policy,
        POLICY
            + """
            promote: shadow-then-canary
            shadow: {examples: 30, min-agreement: 0.2}
            canary: {share: 0.5, requests: 30}
            """);
    TrainedDigits.export(folder.resolve("models/mnist/2"), 80);
    Map<String, Set<String>> answered = askWhileJudged(2);

    assertThat(judgement(2).getState())
        .as(judgement(2).getMessage())
        .isEqualTo(JudgementState.JUDGEMENT_STATE_PROMOTED);
    assertThat(answered.keySet()).containsSubsequence("shadow", "canary");
    assertThat(answered.get("shadow")).containsExactly("models/mnist/versions/1");
    assertThat(answered.get("canary"))
        .containsExactlyInAnyOrder("models/mnist/versions/1", "models/mnist/versions/2");
    assertThat(champion()).isEqualTo(2);
    assertThat(ask(0)).isEqualTo("models/mnist/versions/2");

    // One that says something else than the champion is stopped while nobody but copies saw it.
    Files.writeString(
        policy,
        """
        evaluate: {examples: 200}
        champion: {accuracy-loss: 1}
        promote: shadow-then-canary
        shadow: {examples: 30, min-agreement: 0.98}
        """);
    TrainedDigits.export(folder.resolve("models/mnist/3"), 1);
    Map<String, Set<String>> again = askWhileJudged(3);
    assertThat(judgement(3).getState())
        .as(judgement(3).getMessage())
        .isEqualTo(JudgementState.JUDGEMENT_STATE_STOPPED);
    assertThat(judgement(3).getMessage()).contains("agreed with the champion on 0.");
    assertThat(again.get("shadow")).containsExactly("models/mnist/versions/2");
    assertThat(again.keySet()).doesNotContain("canary");
    assertThat(champion()).isEqualTo(2);
    assertThat(rig.model("mnist").getTraffic().hasShadow()).isFalse();
  }

  /** Judges a version, and asks as callers do until it is decided; who answered, by the traffic. */
  private Map<String, Set<String>> askWhileJudged(long version) {
    LifeRig.await(() -> rig.states("mnist").containsKey(version), () -> rig.states("mnist") + "");
    gate()
        .judgeVersion(
            JudgeVersionRequest.newBuilder().setName("models/mnist/versions/" + version).build());
    Map<String, Set<String>> answered = new LinkedHashMap<>();
    int[] callers = new int[1];
    LifeRig.await(
        () -> {
          String before = traffic();
          String by = ask(callers[0]++);
          if (before.equals(traffic())) {
            answered.computeIfAbsent(before, traffic -> new TreeSet<>()).add(by);
          }
          return !UNDER_WAY.contains(judgement(version).getState());
        },
        () -> judgement(version).toString());
    return answered;
  }

  private String traffic() {
    Traffic now = rig.model("mnist").getTraffic();
    return now.hasShadow() ? "shadow" : now.getCanariesCount() > 0 ? "canary" : "champion";
  }

  /** The version that answers a caller. */
  private String ask(int caller) {
    return InferenceServiceGrpc.newBlockingStub(rig.channel())
        .predict(
            PredictRequest.newBuilder()
                .setModel("mnist")
                .setRoutingKey("caller-" + caller)
                .putInputs(
                    "images",
                    DoorRig.floats(new long[] {1, 28, 28, 1}, DIGITS.pixels(caller % 1000)))
                .build())
        .getModel();
  }

  private long train(int steps) {
    String job = create(steps);
    LifeRig.await(() -> job(job).hasEndTime(), () -> job(job).toString());
    TrainingJob ended = job(job);
    assertThat(ended.getState())
        .as(ended.getMessage())
        .isEqualTo(TrainingJobState.TRAINING_JOB_STATE_SUCCEEDED);
    String version = ended.getPublishedVersion();
    return Long.parseLong(version.substring(version.lastIndexOf('/') + 1));
  }

  private String create(int steps) {
    return training()
        .createTrainingJob(
            CreateTrainingJobRequest.newBuilder()
                .setSpec(
                    TrainingSpec.newBuilder()
                        .setDataset(FewDigits.NAME)
                        .putParameters("steps", Integer.toString(steps))
                        .putParameters("batch_size", "50"))
                .build())
        .getTrainingJob()
        .getName();
  }

  private TrainingJob job(String name) {
    return training()
        .getTrainingJob(GetTrainingJobRequest.newBuilder().setName(name).build())
        .getTrainingJob();
  }

  private Judgement judged(long version) {
    LifeRig.await(
        () -> {
          JudgementState state = judgement(version).getState();
          return state != JudgementState.JUDGEMENT_STATE_EVALUATING
              && state != JudgementState.JUDGEMENT_STATE_PROMOTING;
        },
        () -> judgement(version).toString());
    return judgement(version);
  }

  private Judgement judgement(long version) {
    return gate()
        .getJudgement(
            GetJudgementRequest.newBuilder().setName("models/mnist/versions/" + version).build())
        .getJudgement();
  }

  private void promote(long version, boolean override, String reason) {
    rig.models()
        .promote(
            PromoteRequest.newBuilder()
                .setName("models/mnist/versions/" + version)
                .setOverrideGate(override)
                .setReason(reason)
                .build());
  }

  private long champion() {
    return rig.model("mnist").getVersionsList().stream()
        .filter(version -> version.getLabelsList().contains("champion"))
        .mapToLong(version -> version.getVersion())
        .findFirst()
        .orElse(0);
  }

  private List<HistoryEvent> history() {
    return rig.models()
        .listHistory(ListHistoryRequest.newBuilder().setModel("mnist").build())
        .getEventsList();
  }

  private GateServiceGrpc.GateServiceBlockingStub gate() {
    return GateServiceGrpc.newBlockingStub(rig.channel());
  }

  private TrainingServiceGrpc.TrainingServiceBlockingStub training() {
    return TrainingServiceGrpc.newBlockingStub(rig.channel());
  }
}
