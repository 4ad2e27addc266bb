package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.server.testing.TrainedDigits;
import dev.millrace.v1.CancelEvaluationRequest;
import dev.millrace.v1.ClassFigures;
import dev.millrace.v1.DatasetSplit;
import dev.millrace.v1.Disturbance;
import dev.millrace.v1.EvaluateRequest;
import dev.millrace.v1.EvaluatedVersion;
import dev.millrace.v1.Evaluation;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.EvaluationServiceGrpc.EvaluationServiceBlockingStub;
import dev.millrace.v1.EvaluationSpec;
import dev.millrace.v1.EvaluationState;
import dev.millrace.v1.GetEvaluationRequest;
import dev.millrace.v1.GetUsageRequest;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListEvaluationsRequest;
import dev.millrace.v1.ListEvaluationsResponse;
import dev.millrace.v1.MisreadExample;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.Usage;
import dev.millrace.v1.UsageDimension;
import dev.millrace.v1.UsageServiceGrpc;
import dev.millrace.v1.VersionTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations of versions that were really trained, on the real digits, by a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class EvaluationServingTest {
  private static final int EXAMPLES = 600;
  private static final Digits DIGITS = Digits.ofTestSet();

  private Path folder = Path.of("");
  private LifeRig rig;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    TrainedDigits.export(folder.resolve("models/mnist/1"), 100);
    TrainedDigits.export(folder.resolve("models/mnist/2"), 15);
    SmallModels.doubling(folder.resolve("models/doubling/1"));
    rig = LifeRig.start(folder, Map.of());
    rig.awaitAvailable("mnist", 2);
    rig.awaitAvailable("doubling", 1);
  }

  @AfterAll
  void stop() {
    assertThat(rig.server.openTensors()).isZero();
    rig.close();
  }

  @Test
  void evaluate_aVersionThatIsNotLoaded_measuresWhatCallersSeeAndLetsItGoAgain() {
    Evaluation ended = await(evaluate(spec("models/mnist/versions/1").setBaseline("mnist")));

    assertThat(ended.getState())
        .as(ended.getMessage())
        .isEqualTo(EvaluationState.EVALUATION_STATE_SUCCEEDED);
    assertThat(ended.getSpec().getBaseline()).isEqualTo("models/mnist/versions/2");
    assertThat(ended.getProgress().getExamplesDone()).isEqualTo(2 * EXAMPLES);
    assertThat(ended.getProgress().getExamplesTotal()).isEqualTo(2 * EXAMPLES);
    assertThat(ended.getResults().getDataset().getExamples()).isEqualTo(EXAMPLES);
    assertThat(ended.getResults().getDataset().getSplit())
        .isEqualTo(DatasetSplit.DATASET_SPLIT_TEST);
    assertThat(ended.getResults().getDataset().getDigest()).hasSize(64);

    EvaluatedVersion good = ended.getResults().getVersion();
    EvaluatedVersion poor = ended.getResults().getBaseline();
    assertThat(good.getAccuracy().getValue()).isGreaterThan(0.8);
    assertThat(good.getAccuracy().getLower()).isLessThan(good.getAccuracy().getValue());
    assertThat(good.getMemoryBytes()).isPositive();
    assertThat(good.getLatency().getRequests()).isEqualTo(EXAMPLES / 50);
    assertThat(good.getLatency().getP50().getNanos()).isPositive();
    assertThat(good.getConfusion().getCountsList().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(EXAMPLES);
    assertThat(good.getClassesList().stream().mapToLong(ClassFigures::getSupport).sum())
        .isEqualTo(EXAMPLES);
    assertThat(good.getSlicesList()).hasSize(14);

    VersionTest test = ended.getResults().getComparison();
    assertThat(test.getAccuracyDifference())
        .isCloseTo(
            (double) (test.getVersionOnly() - test.getBaselineOnly()) / EXAMPLES, within(1e-9));
    assertThat(test.getSignificant()).isTrue();
    assertThat(test.getSummary()).startsWith("mnist version 1 is better: of ");
    assertAsCallersSee("models/mnist/versions/2", poor);
    rig.awaitStates("mnist", Map.of(1L, "STORED", 2L, "AVAILABLE"));
  }

  @Test
  void evaluate_byACaller_isThatCallersUse() {
    long before = computeNanosByCaller().getOrDefault("127.0.0.1", 0L);
    assertThat(await(evaluate(spec("mnist").setMaxExamples(100))).getState())
        .isEqualTo(EvaluationState.EVALUATION_STATE_SUCCEEDED);
    Map<String, Long> after = computeNanosByCaller();
    assertThat(after).containsOnlyKeys("127.0.0.1");
    assertThat(after.getOrDefault("127.0.0.1", 0L)).isGreaterThan(before);
  }

  private Map<String, Long> computeNanosByCaller() {
    return UsageServiceGrpc.newBlockingStub(rig.channel())
        .getUsage(
            GetUsageRequest.newBuilder()
                .setModel("mnist")
                .addGroupBy(UsageDimension.USAGE_DIMENSION_CALLER)
                .build())
        .getUsageList()
        .stream()
        .collect(
            Collectors.toMap(
                Usage::getCaller,
                one ->
                    TimeUnit.SECONDS.toNanos(one.getComputeTime().getSeconds())
                        + one.getComputeTime().getNanos()));
  }

  /** The same digits through Predict, counted by hand. */
  private void assertAsCallersSee(String model, EvaluatedVersion figures) {
    long right = 0;
    double loss = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      float[] probabilities = predict(model, DIGITS.pixels(i));
      int best = 0;
      for (int k = 1; k < 10; k++) {
        best = probabilities[k] > probabilities[best] ? k : best;
      }
      right += best == DIGITS.label(i) ? 1 : 0;
      loss -= Math.log(probabilities[DIGITS.label(i)]);
    }
    assertThat(figures.getAccuracy().getHits()).isEqualTo(right);
    assertThat(figures.getLogLoss()).isCloseTo(loss / EXAMPLES, within(1e-4));
    assertThat(figures.getMisreadCount()).isEqualTo((int) Math.min(50, EXAMPLES - right));
    double last = 1;
    for (MisreadExample misread : figures.getMisreadList()) {
      float[] digit = DIGITS.pixels((int) misread.getIndex());
      assertThat(misread.getLabel())
          .isEqualTo(Integer.toString(DIGITS.label((int) misread.getIndex())))
          .isNotEqualTo(misread.getPredicted());
      for (int i = 0; i < digit.length; i++) {
        assertThat(misread.getPixels().byteAt(i) & 0xFF).isEqualTo(Math.round(digit[i] * 255));
      }
      assertThat(misread.getProbability()).isBetween(misread.getLabelProbability(), last);
      last = misread.getProbability();
    }
  }

  @Test
  void evaluate_thePngSignature_answersAsThePixels() {
    EvaluationSpec.Builder pixels = spec("mnist").setMaxExamples(100);
    EvaluationSpec.Builder pictures = spec("mnist").setMaxExamples(100);
    Evaluation byPixels = await(evaluate(pixels));
    Evaluation byPictures = await(evaluate(pictures.setSignature("classify_image")));
    assertThat(byPictures.getResults().getVersion().getConfusion())
        .isEqualTo(byPixels.getResults().getVersion().getConfusion());
  }

  @Test
  void evaluate_withDisturbances_measuresEachAtFiveStrengthsTheSameEachTime() {
    EvaluationSpec.Builder spec =
        spec("mnist")
            .setMaxExamples(200)
            .setRobustnessExamples(100)
            .addDisturbances(Disturbance.DISTURBANCE_NOISE)
            .addDisturbances(Disturbance.DISTURBANCE_ROTATION)
            .addDisturbances(Disturbance.DISTURBANCE_FGSM);
    Evaluation first = await(evaluate(spec));
    Evaluation second = await(evaluate(spec));
    EvaluatedVersion figures = first.getResults().getVersion();
    assertThat(figures.getRobustnessList()).hasSize(3);
    assertThat(first.getProgress().getExamplesDone()).isEqualTo(200 + 3 * 5 * 100);
    figures
        .getRobustnessList()
        .forEach(
            each -> {
              assertThat(each.getSkipped()).isEmpty();
              assertThat(each.getPointsCount()).isEqualTo(5);
              assertThat(each.getUndisturbed().getOf()).isEqualTo(100);
              assertThat(each.getPoints(4).getAccuracy().getHits())
                  .isLessThan(each.getUndisturbed().getHits());
            });
    assertThat(second.getResults().getVersion().getRobustnessList())
        .isEqualTo(figures.getRobustnessList());
  }

  @Test
  void evaluate_whatDoesNotFit_failsWithTheReason() {
    Evaluation unfit = await(evaluate(spec("doubling")));
    assertThat(unfit.getState()).isEqualTo(EvaluationState.EVALUATION_STATE_FAILED);
    assertThat(unfit.getReason()).isEqualTo("EVALUATION_UNFIT");
    assertThat(unfit.getMessage()).contains("pictures of 28x28");
    Evaluation noSignature = await(evaluate(spec("mnist").setSignature("nothing")));
    assertThat(noSignature.getReason()).isEqualTo("SIGNATURE_NOT_FOUND");
  }

  @Test
  void evaluate_whatIsNotThere_isRefusedAtOnce() {
    assertRefused(Status.Code.NOT_FOUND, () -> evaluate(spec("nobody")));
    assertRefused(Status.Code.NOT_FOUND, () -> evaluate(spec("models/mnist/versions/9")));
    assertRefused(Status.Code.NOT_FOUND, () -> evaluate(spec("mnist").setDataset("none")));
    assertRefused(Status.Code.INVALID_ARGUMENT, () -> evaluate(spec("")));
    assertRefused(Status.Code.INVALID_ARGUMENT, () -> evaluate(spec("mnist").setBatchSize(-1)));
    assertRefused(
        Status.Code.INVALID_ARGUMENT, () -> evaluate(spec("mnist").addDisturbancesValue(77)));
    assertRefused(Status.Code.NOT_FOUND, () -> get("evaluations/none"));
    assertRefused(Status.Code.INVALID_ARGUMENT, () -> get("evaluations/../x"));
  }

  @Test
  void evaluation_cancelled_endsSoonAndLetsTheVersionGo() {
    Evaluation created =
        evaluate(spec("models/mnist/versions/1").setMaxExamples(0).setBatchSize(1));
    stub()
        .cancelEvaluation(CancelEvaluationRequest.newBuilder().setName(created.getName()).build());
    assertThat(await(created).getState()).isEqualTo(EvaluationState.EVALUATION_STATE_CANCELLED);
    rig.awaitStates("mnist", Map.of(1L, "STORED", 2L, "AVAILABLE"));
  }

  @Test
  void evaluations_listed_comePagedAndWithoutMisreadExamples() {
    Evaluation first = await(evaluate(spec("mnist").setMaxExamples(50)));
    Evaluation second = await(evaluate(spec("mnist").setMaxExamples(50)));
    ListEvaluationsResponse page =
        stub()
            .listEvaluations(
                ListEvaluationsRequest.newBuilder().setPageSize(1).setModel("mnist").build());
    ListEvaluationsResponse next =
        stub()
            .listEvaluations(
                ListEvaluationsRequest.newBuilder()
                    .setPageSize(1)
                    .setModel("mnist")
                    .setPageToken(page.getNextPageToken())
                    .build());
    assertThat(page.getEvaluations(0).getName()).isEqualTo(second.getName());
    assertThat(next.getEvaluations(0).getName()).isEqualTo(first.getName());
    assertThat(page.getEvaluations(0).getResults().getVersion().getMisreadList()).isEmpty();
    assertThat(get(second.getName()).getResults().getVersion().getMisreadList()).isNotEmpty();
    assertThat(
            stub()
                .listEvaluations(
                    ListEvaluationsRequest.newBuilder().setModel("models/mnist/versions/7").build())
                .getEvaluationsList())
        .isEmpty();
  }

  @Test
  void evaluation_afterARestart_isThereWithItsResultsAndItsRequestId() throws IOException {
    EvaluateRequest request =
        EvaluateRequest.newBuilder()
            .setSpec(spec("mnist").setMaxExamples(50))
            .setRequestId("once")
            .build();
    Evaluation ended = await(stub().evaluate(request).getEvaluation());
    rig.close();
    rig = LifeRig.start(folder, Map.of());
    rig.awaitAvailable("mnist", 2);
    assertThat(get(ended.getName())).isEqualTo(ended);
    assertThat(stub().evaluate(request).getEvaluation().getName()).isEqualTo(ended.getName());
  }

  private static EvaluationSpec.Builder spec(String model) {
    return EvaluationSpec.newBuilder().setModel(model).setMaxExamples(EXAMPLES);
  }

  private EvaluationServiceBlockingStub stub() {
    return EvaluationServiceGrpc.newBlockingStub(rig.channel())
        .withDeadlineAfter(120, TimeUnit.SECONDS);
  }

  private Evaluation evaluate(EvaluationSpec.Builder spec) {
    return stub().evaluate(EvaluateRequest.newBuilder().setSpec(spec).build()).getEvaluation();
  }

  private Evaluation get(String name) {
    return stub()
        .getEvaluation(GetEvaluationRequest.newBuilder().setName(name).build())
        .getEvaluation();
  }

  private Evaluation await(Evaluation created) {
    LifeRig.await(
        () -> get(created.getName()).hasEndTime(), () -> get(created.getName()).toString());
    return get(created.getName());
  }

  private float[] predict(String model, float[] pixels) {
    Tensor answer =
        InferenceServiceGrpc.newBlockingStub(rig.channel())
            .predict(
                PredictRequest.newBuilder()
                    .setModel(model)
                    .putInputs("images", DoorRig.floats(new long[] {1, 28, 28, 1}, pixels))
                    .addOutputs("probabilities")
                    .build())
            .getOutputsOrThrow("probabilities");
    float[] probabilities = new float[10];
    answer
        .getData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(probabilities);
    return probabilities;
  }

  private static void assertRefused(Status.Code code, ThrowingCallable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error).isNotNull();
    assertThat(error.getStatus().getCode()).as(error.toString()).isEqualTo(code);
  }
}
