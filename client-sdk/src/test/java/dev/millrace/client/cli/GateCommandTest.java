package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.EvaluatedDataset;
import dev.millrace.v1.EvaluatedVersion;
import dev.millrace.v1.Evaluation;
import dev.millrace.v1.EvaluationProgress;
import dev.millrace.v1.EvaluationResults;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.EvaluationState;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GetEvaluationRequest;
import dev.millrace.v1.GetEvaluationResponse;
import dev.millrace.v1.GetGateRequest;
import dev.millrace.v1.GetGateResponse;
import dev.millrace.v1.GetJudgementRequest;
import dev.millrace.v1.GetJudgementResponse;
import dev.millrace.v1.JudgeVersionRequest;
import dev.millrace.v1.JudgeVersionResponse;
import dev.millrace.v1.Judgement;
import dev.millrace.v1.JudgementState;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.PromoteResponse;
import dev.millrace.v1.RuleResult;
import dev.millrace.v1.Share;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands of the gate, against a real gRPC server. */
@Timeout(60)
final class GateCommandTest {
  private final FakeGate gate = new FakeGate();
  private final FakeModels models = new FakeModels();
  private CommandRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = CommandRig.start(gate, models, new FakeEvaluations());
  }

  @AfterEach
  void stop() throws InterruptedException {
    rig.close();
  }

  @Test
  void judge_aVersionThatPasses_showsTheWayAndEndsWithWhatAnswers() {
    gate.end = JudgementState.JUDGEMENT_STATE_PROMOTED;
    assertThat(rig.run("gate", "judge", "mnist", "4")).isZero();
    assertThat(gate.judged.get(0).getName()).isEqualTo("models/mnist/versions/4");
    assertThat(gate.judged.get(0).getHold()).isFalse();
    assertThat(rig.err().lines())
        .containsExactly(
            "measuring mnist version 4 beside version 3, evaluation e1",
            "10 of 20 examples: half of it",
            "  passed  accuracy is 0.9884, at least 0.9700");
    assertThat(rig.out().strip())
        .isEqualTo(
            "mnist version 4 passed the gate and answers now: 98.84 % of 10000 validation examples"
                + " read rightly");
  }

  @Test
  void judge_aVersionThatFallsShort_saysWhoGoesOnAndFails() {
    gate.end = JudgementState.JUDGEMENT_STATE_REFUSED;
    assertThat(rig.run("gate", "judge", "mnist", "4", "--hold")).isEqualTo(1);
    assertThat(gate.judged.get(0).getHold()).isTrue();
    assertThat(rig.err())
        .contains("  FAILED  accuracy is 0.9884, at least 0.9700")
        .contains("mnist version 4 does not answer: it said so; version 3 goes on");
    assertThat(rig.out()).isEmpty();
  }

  @Test
  void judge_forPrograms_isOneLineOfJson() {
    gate.end = JudgementState.JUDGEMENT_STATE_PASSED;
    assertThat(rig.run("gate", "judge", "mnist", "4", "--output", "json")).isZero();
    assertThat(rig.out().lines().toList())
        .hasSize(1)
        .first()
        .asString()
        .contains(
            "\"version\":4", "\"state\":\"PASSED\"", "\"compared_with\":3", "\"passed\":true");
  }

  @Test
  void show_printsThePolicyAndEachJudgement() {
    gate.end = JudgementState.JUDGEMENT_STATE_REFUSED;
    gate.looks = 9;
    assertThat(rig.run("gate", "show", "mnist")).isZero();
    assertThat(rig.out().lines())
        .containsExactly(
            "  bars: {accuracy: 0.97}",
            "",
            "version 4  REFUSED: said so",
            "  FAILED  accuracy is 0.9884, at least 0.9700");
  }

  @Test
  void override_carriesTheReason() {
    assertThat(rig.run("gate", "override", "mnist", "4", "--reason", "I looked at it")).isZero();
    assertThat(models.asked)
        .containsExactly(
            PromoteRequest.newBuilder()
                .setName("models/mnist/versions/4")
                .setOverrideGate(true)
                .setReason("I looked at it")
                .build());
    assertThat(rig.out()).contains("mnist version 4 is the champion, past the gate");
  }

  @Test
  void train_servedAndDetached_isRefusedAsWrongUse() {
    assertThat(rig.run("train", "--serve", "--detach")).isEqualTo(2);
  }

  private static final class FakeGate extends GateServiceGrpc.GateServiceImplBase {
    private final List<JudgeVersionRequest> judged = new ArrayList<>();
    private JudgementState end = JudgementState.JUDGEMENT_STATE_PASSED;
    private int looks;

    @Override
    public void judgeVersion(
        JudgeVersionRequest request, StreamObserver<JudgeVersionResponse> observer) {
      judged.add(request);
      observer.onNext(JudgeVersionResponse.newBuilder().setJudgement(now()).build());
      observer.onCompleted();
    }

    @Override
    public void getJudgement(
        GetJudgementRequest request, StreamObserver<GetJudgementResponse> observer) {
      observer.onNext(GetJudgementResponse.newBuilder().setJudgement(now()).build());
      observer.onCompleted();
    }

    @Override
    public void getGate(GetGateRequest request, StreamObserver<GetGateResponse> observer) {
      observer.onNext(
          GetGateResponse.newBuilder()
              .setPolicy("bars: {accuracy: 0.97}\n")
              .addJudgements(now())
              .build());
      observer.onCompleted();
    }

    private Judgement now() {
      boolean ended = ++looks > 3;
      Judgement.Builder judgement =
          Judgement.newBuilder()
              .setVersion("models/mnist/versions/4")
              .setComparedWith("models/mnist/versions/3")
              .setEvaluation("evaluations/e1")
              .setState(ended ? end : JudgementState.JUDGEMENT_STATE_EVALUATING);
      if (ended) {
        judgement
            .setMessage("said so")
            .addRules(
                RuleResult.newBuilder()
                    .setRule("bars.accuracy")
                    .setPassed(end != JudgementState.JUDGEMENT_STATE_REFUSED)
                    .setWords("accuracy is 0.9884, at least 0.9700"));
      }
      return judgement.build();
    }
  }

  private static final class FakeModels extends ModelServiceGrpc.ModelServiceImplBase {
    private final List<PromoteRequest> asked = new ArrayList<>();

    @Override
    public void promote(PromoteRequest request, StreamObserver<PromoteResponse> observer) {
      asked.add(request);
      observer.onNext(
          PromoteResponse.newBuilder()
              .setFormerVersion("models/mnist/versions/3")
              .setChampionVersion(request.getName())
              .build());
      observer.onCompleted();
    }
  }

  private static final class FakeEvaluations
      extends EvaluationServiceGrpc.EvaluationServiceImplBase {
    @Override
    public void getEvaluation(
        GetEvaluationRequest request, StreamObserver<GetEvaluationResponse> observer) {
      observer.onNext(
          GetEvaluationResponse.newBuilder()
              .setEvaluation(
                  Evaluation.newBuilder()
                      .setName(request.getName())
                      .setState(EvaluationState.EVALUATION_STATE_SUCCEEDED)
                      .setProgress(
                          EvaluationProgress.newBuilder()
                              .setExamplesDone(10)
                              .setExamplesTotal(20)
                              .setStep("half of it"))
                      .setResults(
                          EvaluationResults.newBuilder()
                              .setDataset(
                                  EvaluatedDataset.newBuilder()
                                      .setName("mnist")
                                      .setSplit(
                                          dev.millrace.v1.DatasetSplit.DATASET_SPLIT_VALIDATION))
                              .setVersion(
                                  EvaluatedVersion.newBuilder()
                                      .setVersion("models/mnist/versions/4")
                                      .setAccuracy(
                                          Share.newBuilder()
                                              .setHits(9884)
                                              .setOf(10000)
                                              .setValue(0.9884)))))
              .build());
      observer.onCompleted();
    }
  }
}
