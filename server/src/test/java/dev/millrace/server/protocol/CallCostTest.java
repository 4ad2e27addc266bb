package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.usage.QuotaKind;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.UsageServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CallCostTest {
  @Test
  void of_everyMethodThatRunsAModel_isPriced() {
    for (MethodDescriptor<?, ?> method :
        List.of(
            InferenceServiceGrpc.getPredictMethod(),
            InferenceServiceGrpc.getExplainMethod(),
            GRPCInferenceServiceGrpc.getModelInferMethod(),
            PredictionServiceGrpc.getPredictMethod(),
            PredictionServiceGrpc.getClassifyMethod(),
            PredictionServiceGrpc.getRegressMethod(),
            PredictionServiceGrpc.getMultiInferenceMethod())) {
      assertThat(cost(method)).as(method.getFullMethodName()).isEqualTo(CallCost.PREDICTION);
    }
    assertThat(cost(GRPCInferenceServiceGrpc.getModelStreamInferMethod()))
        .isEqualTo(CallCost.PREDICTIONS);
    assertThat(cost(EvaluationServiceGrpc.getEvaluateMethod())).isEqualTo(CallCost.EVALUATION);
    assertThat(cost(GateServiceGrpc.getJudgeVersionMethod())).isEqualTo(CallCost.EVALUATION);
    assertThat(cost(TrainingServiceGrpc.getTrainMethod())).isEqualTo(CallCost.TRAINING);
    assertThat(cost(TrainingServiceGrpc.getCreateTrainingJobMethod())).isEqualTo(CallCost.TRAINING);
  }

  /** Each method of inference is named above, so that a new one is not free by mistake. */
  @Test
  void of_everyMethodOfInference_isNoOther() {
    InferenceServiceGrpc.getServiceDescriptor()
        .getMethods()
        .forEach(method -> assertThat(cost(method)).isNotEqualTo(CallCost.OTHER));
    PredictionServiceGrpc.getServiceDescriptor().getMethods().stream()
        .filter(method -> !"GetModelMetadata".equals(method.getBareMethodName()))
        .forEach(method -> assertThat(cost(method)).isEqualTo(CallCost.PREDICTION));
  }

  @Test
  void of_whatReads_costsNothingButItsBytes() {
    for (MethodDescriptor<?, ?> method :
        List.of(
            UsageServiceGrpc.getGetUsageMethod(),
            ModelServiceGrpc.getListModelsMethod(),
            PredictionServiceGrpc.getGetModelMetadataMethod())) {
      assertThat(cost(method)).isEqualTo(CallCost.OTHER);
    }
    assertThat(CallCost.OTHER.isPriced()).isFalse();
    assertThat(CallCost.OTHER.unowed()).containsExactly(QuotaKind.BYTES);
  }

  @Test
  void unowed_eachKind_isWhatItUses() {
    for (CallCost cost : List.of(CallCost.PREDICTION, CallCost.PREDICTIONS, CallCost.EVALUATION)) {
      assertThat(cost.isPriced()).isTrue();
      assertThat(cost.unowed()).containsExactly(QuotaKind.BYTES, QuotaKind.COMPUTE);
    }
    assertThat(CallCost.TRAINING.isPriced()).isTrue();
    assertThat(CallCost.TRAINING.unowed()).containsExactly(QuotaKind.BYTES, QuotaKind.TRAINING);
  }

  private static CallCost cost(MethodDescriptor<?, ?> method) {
    return CallCost.of(method.getFullMethodName());
  }
}
