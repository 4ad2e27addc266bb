package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.ClassFigures;
import dev.millrace.v1.ConfusionMatrix;
import dev.millrace.v1.DatasetSplit;
import dev.millrace.v1.Disturbance;
import dev.millrace.v1.EvaluateRequest;
import dev.millrace.v1.EvaluateResponse;
import dev.millrace.v1.EvaluatedDataset;
import dev.millrace.v1.EvaluatedVersion;
import dev.millrace.v1.Evaluation;
import dev.millrace.v1.EvaluationProgress;
import dev.millrace.v1.EvaluationResults;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.EvaluationState;
import dev.millrace.v1.GetEvaluationRequest;
import dev.millrace.v1.GetEvaluationResponse;
import dev.millrace.v1.MisreadExample;
import dev.millrace.v1.Robustness;
import dev.millrace.v1.RobustnessPoint;
import dev.millrace.v1.Share;
import dev.millrace.v1.VersionTest;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command that measures versions, against a real gRPC server. */
@Timeout(60)
final class EvaluateCommandTest {
  private final FakeEvaluations evaluations = new FakeEvaluations();
  private CommandRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = CommandRig.start(evaluations);
  }

  @AfterEach
  void stop() throws InterruptedException {
    rig.close();
  }

  @Test
  void evaluate_withoutOptions_measuresTheChampionAndPrintsTables() {
    assertThat(rig.run("evaluate", "mnist")).isZero();
    assertThat(evaluations.asked.get(0).getSpec().getModel()).isEqualTo("models/mnist");
    assertThat(evaluations.asked.get(0).getSpec().getBaseline()).isEmpty();
    assertThat(evaluations.asked.get(0).getRequestId()).isNotEmpty();
    assertThat(rig.out().lines())
        .contains(
            "mnist, test split, 20 examples (sha256 abcdefabcdef)",
            "models/mnist/versions/3",
            "  accuracy     95.00 % (19 of 20, 95 %: 76.39 to 99.11)",
            "  log loss     0.1250",
            "     class precision    recall        F1  examples",
            "         0    1.0000    0.9000    0.9474        10",
            "            0  1",
            "         0  9  1",
            "         1  . 10",
            "  noise     none 95.0 %, 0.1 50.0 %",
            "  fgsm      not measured: no gradients",
            "  example 7 is a 0, read as 1 with 60.0 %",
            "McNemar: no difference beyond chance");
    assertThat(rig.err().lines()).contains("evaluation e1", "10 of 20 examples: half of it");
  }

  @Test
  void evaluate_withOptions_asksForThem() {
    assertThat(
            rig.run(
                "evaluate",
                "mnist",
                "3",
                "--baseline",
                "champion",
                "--dataset",
                "digits",
                "--split",
                "validation",
                "--examples",
                "20",
                "--robustness",
                "noise,fgsm",
                "--robustness-examples",
                "10",
                "--seed",
                "7",
                "--output",
                "json"))
        .isZero();
    EvaluateRequest asked = evaluations.asked.get(0);
    assertThat(asked.getSpec().getModel()).isEqualTo("models/mnist/versions/3");
    assertThat(asked.getSpec().getBaseline()).isEqualTo("models/mnist/labels/champion");
    assertThat(asked.getSpec().getDataset()).isEqualTo("digits");
    assertThat(asked.getSpec().getSplit()).isEqualTo(DatasetSplit.DATASET_SPLIT_VALIDATION);
    assertThat(asked.getSpec().getMaxExamples()).isEqualTo(20);
    assertThat(asked.getSpec().getDisturbancesList())
        .containsExactly(Disturbance.DISTURBANCE_NOISE, Disturbance.DISTURBANCE_FGSM);
    assertThat(asked.getSpec().getRobustnessExamples()).isEqualTo(10);
    assertThat(asked.getSpec().getSeed()).isEqualTo(7);
    assertThat(rig.out())
        .startsWith("{\"evaluation\":\"e1\",\"dataset\":\"mnist\"")
        .contains("\"confusion\":[[9,1],[0,10]]");
  }

  @Test
  void evaluate_allDisturbancesOrUnknownOnes_areSpelledOutOrRefused() {
    assertThat(rig.run("evaluate", "mnist", "--robustness", "all", "--detach")).isZero();
    assertThat(evaluations.asked.get(0).getSpec().getDisturbancesCount()).isEqualTo(6);
    assertThat(rig.out()).isEqualToIgnoringNewLines("e1");
    assertThat(rig.run("evaluate", "mnist", "--robustness", "rain")).isEqualTo(2);
    assertThat(rig.err())
        .contains("'rain' is none of noise, blur, shift, rotation, contrast, fgsm");
  }

  @Test
  void evaluate_thatFails_saysWhy() {
    evaluations.failure = "EVALUATION_UNFIT";
    assertThat(rig.run("evaluate", "mnist")).isEqualTo(1);
    assertThat(rig.err()).contains("error: no pictures (EVALUATION_UNFIT)");
  }

  /** An evaluation that is half done at the first look and over at the second. */
  private static final class FakeEvaluations
      extends EvaluationServiceGrpc.EvaluationServiceImplBase {
    private final List<EvaluateRequest> asked = new ArrayList<>();
    private String failure = "";
    private int looks;

    @Override
    public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
      asked.add(request);
      observer.onNext(EvaluateResponse.newBuilder().setEvaluation(now()).build());
      observer.onCompleted();
    }

    @Override
    public void getEvaluation(
        GetEvaluationRequest request, StreamObserver<GetEvaluationResponse> observer) {
      looks++;
      observer.onNext(GetEvaluationResponse.newBuilder().setEvaluation(now()).build());
      observer.onCompleted();
    }

    private Evaluation now() {
      Evaluation.Builder evaluation =
          Evaluation.newBuilder()
              .setName("evaluations/e1")
              .setState(EvaluationState.EVALUATION_STATE_RUNNING)
              .setProgress(
                  EvaluationProgress.newBuilder()
                      .setExamplesDone(10)
                      .setExamplesTotal(20)
                      .setStep("half of it"));
      if (looks > 1 && !failure.isEmpty()) {
        return evaluation
            .setState(EvaluationState.EVALUATION_STATE_FAILED)
            .setReason(failure)
            .setMessage("no pictures")
            .build();
      }
      return looks > 1
          ? evaluation
              .setState(EvaluationState.EVALUATION_STATE_SUCCEEDED)
              .setResults(results())
              .build()
          : evaluation.build();
    }

    private static EvaluationResults.Builder results() {
      Share accuracy = share(19, 20, 0.95, 0.7639, 0.9911);
      return EvaluationResults.newBuilder()
          .setDataset(
              EvaluatedDataset.newBuilder()
                  .setName("mnist")
                  .setDigest("abcdef".repeat(10))
                  .setSplit(DatasetSplit.DATASET_SPLIT_TEST)
                  .setExamples(20))
          .setVersion(
              EvaluatedVersion.newBuilder()
                  .setVersion("models/mnist/versions/3")
                  .setAccuracy(accuracy)
                  .setLogLoss(0.125)
                  .addClasses(figures("0", 1, 0.9, 0.94737))
                  .addClasses(figures("1", 0.90909, 1, 0.95238))
                  .setConfusion(
                      ConfusionMatrix.newBuilder()
                          .addAllLabels(List.of("0", "1"))
                          .addAllCounts(List.of(9L, 1L, 0L, 10L)))
                  .addMisread(
                      MisreadExample.newBuilder()
                          .setIndex(7)
                          .setLabel("0")
                          .setPredicted("1")
                          .setProbability(0.6))
                  .addRobustness(
                      Robustness.newBuilder()
                          .setDisturbance(Disturbance.DISTURBANCE_NOISE)
                          .setUndisturbed(accuracy)
                          .addPoints(
                              RobustnessPoint.newBuilder()
                                  .setLevel(1)
                                  .setStrength(0.1)
                                  .setAccuracy(share(10, 20, 0.5, 0.3, 0.7))))
                  .addRobustness(
                      Robustness.newBuilder()
                          .setDisturbance(Disturbance.DISTURBANCE_FGSM)
                          .setSkipped("no gradients")))
          .setComparison(VersionTest.newBuilder().setSummary("no difference beyond chance"));
    }

    private static Share share(long hits, long of, double value, double lower, double upper) {
      return Share.newBuilder()
          .setHits(hits)
          .setOf(of)
          .setValue(value)
          .setLower(lower)
          .setUpper(upper)
          .build();
    }

    private static ClassFigures.Builder figures(
        String label, double precision, double recall, double f1) {
      return ClassFigures.newBuilder()
          .setLabel(label)
          .setPrecision(precision)
          .setRecall(recall)
          .setF1(f1)
          .setSupport(10);
    }
  }
}
