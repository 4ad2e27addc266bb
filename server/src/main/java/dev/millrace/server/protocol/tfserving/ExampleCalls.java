package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tfserving.ClassificationRequest;
import dev.millrace.proto.tfserving.ClassificationResponse;
import dev.millrace.proto.tfserving.InferenceResult;
import dev.millrace.proto.tfserving.InferenceTask;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.MultiInferenceRequest;
import dev.millrace.proto.tfserving.MultiInferenceResponse;
import dev.millrace.proto.tfserving.RegressionRequest;
import dev.millrace.proto.tfserving.RegressionResponse;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.tensor.TensorData;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Calls that take examples: one signature, or several of one version, one after the other.
 * Thread-safe.
 */
final class ExampleCalls {
  private final Predictor predictor;
  private final ServedVersions versions;
  private final ServingWording wording;
  private final StatusMapper statuses;
  private final RequestMaker maker;

  ExampleCalls(
      Predictor predictor,
      ServedVersions versions,
      ServingWording wording,
      StatusMapper statuses,
      RequestMaker maker) {
    this.predictor = predictor;
    this.versions = versions;
    this.wording = wording;
    this.statuses = statuses;
    this.maker = maker;
  }

  /** Stages of these complete with an answer or a {@link StatusRuntimeException}. */
  CompletionStage<ClassificationResponse> classify(ClassificationRequest request) {
    ModelReference model = ModelSpecs.reference(request.getModelSpec());
    TensorData examples = ExampleInput.read(request.getInput(), maker.budget());
    return run(ExampleMethod.CLASSIFY, model, request.getModelSpec(), examples)
        .thenApply(
            result ->
                ClassificationResponse.newBuilder()
                    .setModelSpec(result.getModelSpec())
                    .setResult(result.getClassificationResult())
                    .build());
  }

  CompletionStage<RegressionResponse> regress(RegressionRequest request) {
    ModelReference model = ModelSpecs.reference(request.getModelSpec());
    TensorData examples = ExampleInput.read(request.getInput(), maker.budget());
    return run(ExampleMethod.REGRESS, model, request.getModelSpec(), examples)
        .thenApply(
            result ->
                RegressionResponse.newBuilder()
                    .setModelSpec(result.getModelSpec())
                    .setResult(result.getRegressionResult())
                    .build());
  }

  CompletionStage<MultiInferenceResponse> multi(MultiInferenceRequest request) {
    List<ExampleMethod> methods = methods(request);
    TensorData examples = ExampleInput.read(request.getInput(), maker.budget());
    ModelReference first = ModelSpecs.reference(request.getTasks(0).getModelSpec());
    Context context = Context.current();
    CompletionStage<List<InferenceResult>> done =
        CompletableFuture.completedFuture(new ArrayList<>());
    for (int i = 0; i < methods.size(); i++) {
      ModelSpec spec = request.getTasks(i).getModelSpec();
      ExampleMethod method = methods.get(i);
      done =
          done.thenCompose(
              results -> {
                // All tasks see the version that the first one met.
                ModelReference same =
                    results.isEmpty()
                        ? first
                        : new ModelReference(
                            first.model(),
                            new VersionChoice.Exact(
                                results.get(0).getModelSpec().getVersion().getValue()));
                Context before = context.attach();
                try {
                  return run(method, same, spec, examples)
                      .thenApply(
                          result -> {
                            results.add(result);
                            return results;
                          });
                } finally {
                  context.detach(before);
                }
              });
    }
    return done.thenApply(
        results -> MultiInferenceResponse.newBuilder().addAllResults(results).build());
  }

  private static List<ExampleMethod> methods(MultiInferenceRequest request) {
    List<ExampleMethod> methods = new ArrayList<>();
    Set<String> signatures = new HashSet<>();
    if (request.getTasksCount() == 0) {
      throw new ServingException(ErrorReason.INPUT_MISSING, "Inference request contains no tasks");
    }
    ModelSpec first = request.getTasks(0).getModelSpec();
    for (InferenceTask task : request.getTasksList()) {
      ModelSpecs.reference(task.getModelSpec());
      if (!task.getModelSpec().getName().equals(first.getName())) {
        throw new ServingException(
            ErrorReason.NAME_INVALID,
            "All ModelSpecs in a MultiInferenceRequest must access the same model name.");
      }
      String signature = ModelSpecs.signature(task.getModelSpec());
      if (!signatures.add(signature)) {
        throw new ServingException(
            ErrorReason.NAME_INVALID,
            "Duplicate evaluation of signature: " + FieldPath.shown(signature));
      }
      methods.add(
          ExampleMethod.of(task.getMethodName())
              .orElseThrow(
                  () ->
                      new ServingException(
                          ErrorReason.UNSUPPORTED,
                          "Unsupported signature method_name: "
                              + FieldPath.shown(task.getMethodName()))));
    }
    return methods;
  }

  private CompletionStage<InferenceResult> run(
      ExampleMethod method, ModelReference model, ModelSpec spec, TensorData examples) {
    InferenceRequest request = maker.examples(model, spec, examples);
    // A signature for something else may change the model's state, so that it is looked at first.
    versions
        .signature(model, request.signature())
        .flatMap(method::fault)
        .ifPresent(
            fault -> {
              throw new ServingException(ErrorReason.INPUT_UNEXPECTED, fault);
            });
    return predictor
        .predict(request)
        .handle(
            (response, failure) -> {
              if (failure != null) {
                throw new CompletionException(
                    statuses.toStatus(
                        failure, error -> wording.ofExamples(request, method, error)));
              }
              return result(method, response, Math.toIntExact(examples.shape().size(0)));
            });
  }

  private static InferenceResult result(
      ExampleMethod method, InferenceResponse response, int examples) {
    InferenceResult.Builder result =
        InferenceResult.newBuilder()
            .setModelSpec(ModelSpecs.effective(response.version(), response.signature()));
    if (method == ExampleMethod.CLASSIFY) {
      result.setClassificationResult(ExampleResults.classes(response.outputs(), examples));
    } else {
      result.setRegressionResult(ExampleResults.values(response.outputs(), examples));
    }
    return result.build();
  }
}
