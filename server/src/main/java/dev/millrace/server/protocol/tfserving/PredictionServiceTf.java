package dev.millrace.server.protocol.tfserving;

import com.google.protobuf.Any;
import dev.millrace.proto.tfserving.ClassificationRequest;
import dev.millrace.proto.tfserving.ClassificationResponse;
import dev.millrace.proto.tfserving.GetModelMetadataRequest;
import dev.millrace.proto.tfserving.GetModelMetadataResponse;
import dev.millrace.proto.tfserving.MultiInferenceRequest;
import dev.millrace.proto.tfserving.MultiInferenceResponse;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.RegressionRequest;
import dev.millrace.proto.tfserving.RegressionResponse;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.CallHeader;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.protocol.StatusMapper;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** TensorFlow Serving's prediction service. Thread-safe. */
public final class PredictionServiceTf extends PredictionServiceGrpc.PredictionServiceImplBase {
  /** Header by which a caller asks for outputs as raw bytes, which are far cheaper. */
  public static final String CONTENT_HEADER = "millrace-tensor-content";

  private static final String SIGNATURES = "signature_def";
  private static final List<String> METHODS =
      List.of(Signature.PREDICT, "tensorflow/serving/classify", "tensorflow/serving/regress");

  private final Predictor predictor;
  private final ServedVersions versions;
  private final StatusMapper statuses;
  private final boolean alwaysContent;
  private final CallHeader content = new CallHeader(CONTENT_HEADER);
  private final ServingWording wording;
  private final RequestMaker maker;
  private final ExampleCalls examples;

  /**
   * A service over a predictor chain.
   *
   * @param alwaysContent true to write outputs as raw bytes without being asked
   * @param mostBytes most that one request's tensors may become
   */
  public PredictionServiceTf(
      Predictor predictor,
      ServedVersions versions,
      StatusMapper statuses,
      InstantSource clock,
      boolean alwaysContent,
      long mostBytes) {
    this.predictor = predictor;
    this.versions = versions;
    this.statuses = statuses;
    this.alwaysContent = alwaysContent;
    this.wording = new ServingWording(versions);
    this.maker = new RequestMaker(clock, mostBytes);
    this.examples = new ExampleCalls(predictor, versions, wording, statuses, maker);
  }

  /** The service with what reads its headers. */
  public ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(bindService(), content);
  }

  @Override
  public void predict(PredictRequest request, StreamObserver<PredictResponse> observer) {
    InferenceRequest decoded;
    try {
      decoded = maker.predict(request);
      requireMethod(decoded);
    } catch (RuntimeException | Error refusedOrDefect) {
      observer.onError(statuses.toStatus(refusedOrDefect));
      return;
    }
    boolean raw = alwaysContent || content.isOn();
    Answers.send(
        observer,
        predictor.predict(decoded),
        response -> encode(response, raw),
        failure -> statuses.toStatus(failure, error -> wording.ofPredict(decoded, error)));
  }

  @Override
  public void classify(
      ClassificationRequest request, StreamObserver<ClassificationResponse> observer) {
    answerLater(observer, () -> examples.classify(request));
  }

  @Override
  public void regress(RegressionRequest request, StreamObserver<RegressionResponse> observer) {
    answerLater(observer, () -> examples.regress(request));
  }

  @Override
  public void multiInference(
      MultiInferenceRequest request, StreamObserver<MultiInferenceResponse> observer) {
    answerLater(observer, () -> examples.multi(request));
  }

  @Override
  public void getModelMetadata(
      GetModelMetadataRequest request, StreamObserver<GetModelMetadataResponse> observer) {
    ModelReference reference;
    try {
      if (!request.hasModelSpec()) {
        throw new ServingException(ErrorReason.NAME_INVALID, "Missing ModelSpec");
      }
      requireFields(request.getMetadataFieldList());
      reference = ModelSpecs.reference(request.getModelSpec());
    } catch (ServingException refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    Answers.send(
        observer,
        () -> metadata(reference),
        failure -> statuses.toStatus(failure, error -> wording.of(reference, error)));
  }

  private GetModelMetadataResponse metadata(ModelReference reference) {
    VersionStatus status = versions.answering(reference);
    return GetModelMetadataResponse.newBuilder()
        .setModelSpec(ModelSpecs.effective(status.id(), ""))
        .putMetadata(SIGNATURES, Any.pack(SignatureDefs.of(status)))
        .build();
  }

  private static void requireFields(List<String> fields) {
    if (fields.isEmpty()) {
      throw new ServingException(
          ErrorReason.PARAMETER_INVALID,
          "GetModelMetadataRequest must specify at least one metadata_field");
    }
    for (String field : fields) {
      if (!field.equals(SIGNATURES)) {
        throw new ServingException(
            ErrorReason.PARAMETER_INVALID,
            "Metadata field " + FieldPath.shown(field) + " is not supported");
      }
    }
  }

  /** Signatures that are for training, say, are not run; those that say nothing are. */
  private void requireMethod(InferenceRequest request) {
    versions
        .signature(request.model(), request.signature())
        .map(Signature::method)
        .filter(method -> !method.isEmpty() && !METHODS.contains(method))
        .ifPresent(
            method -> {
              throw new ServingException(
                  ErrorReason.INTERNAL,
                  "Expected prediction signature method_name to be one of {"
                      + String.join(", ", METHODS)
                      + "}. Was: "
                      + method);
            });
  }

  private static PredictResponse encode(InferenceResponse response, boolean raw) {
    PredictResponse.Builder builder =
        PredictResponse.newBuilder()
            .setModelSpec(ModelSpecs.effective(response.version(), response.signature()));
    response
        .outputs()
        .forEach((alias, tensor) -> builder.putOutputs(alias, TensorWriter.write(tensor, raw)));
    return builder.build();
  }

  private <A> void answerLater(StreamObserver<A> observer, Supplier<CompletionStage<A>> call) {
    CompletionStage<A> stage;
    try {
      stage = call.get();
    } catch (RuntimeException | Error refusedOrDefect) {
      observer.onError(statuses.toStatus(refusedOrDefect));
      return;
    }
    Answers.send(observer, stage, Function.identity(), this::status);
  }

  private StatusRuntimeException status(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof StatusRuntimeException known ? known : statuses.toStatus(cause);
  }
}
