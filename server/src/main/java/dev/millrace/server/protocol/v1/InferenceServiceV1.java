package dev.millrace.server.protocol.v1;

import dev.millrace.server.feedback.Feedback;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.CallDeadline;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.RequestName;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.v1.ExplainRequest;
import dev.millrace.v1.ExplainResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The native inference service: from the wire to the predictor chain and back. Thread-safe. */
public final class InferenceServiceV1 extends InferenceServiceGrpc.InferenceServiceImplBase {
  private static final int LONGEST_ROUTING_KEY = 256;

  private final Predictor predictor;
  private final ExplainCalls explanations;
  private final StatusMapper statuses;
  private final InstantSource clock;
  private final TensorCodec codec = new TensorCodec();

  /** A service over a predictor chain. */
  public InferenceServiceV1(
      Predictor predictor, ExplainCalls explanations, StatusMapper statuses, InstantSource clock) {
    this.predictor = predictor;
    this.explanations = explanations;
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public void predict(PredictRequest request, StreamObserver<PredictResponse> observer) {
    InferenceRequest decoded;
    try {
      decoded = decode(request);
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    TensorCodec.Form form = TensorCodec.form(request.getInputsMap().values());
    predictor
        .predict(decoded)
        .whenComplete((response, failure) -> answer(observer, form, response, failure));
  }

  @Override
  public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
    CompletionStage<ExplainResponse> answer;
    try {
      InferenceRequest decoded =
          request(
              request.getModel(),
              request.getSignature(),
              request.getInputsMap(),
              List.of(),
              request.getPriority(),
              "",
              "");
      answer = explanations.explain(request, decoded);
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    Answers.send(observer, answer, response -> response, statuses::toStatus);
  }

  private void answer(
      StreamObserver<PredictResponse> observer,
      TensorCodec.Form form,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure) {
    if (response == null) {
      observer.onError(statuses.toStatus(failure == null ? new IllegalStateException() : failure));
      return;
    }
    PredictResponse encoded;
    try {
      PredictResponse.Builder builder =
          PredictResponse.newBuilder()
              .setModel(response.version().resource())
              .setSignature(response.signature());
      response
          .outputs()
          .forEach((name, tensor) -> builder.putOutputs(name, codec.encode(tensor, form)));
      encoded = builder.build();
    } catch (RuntimeException | Error defect) {
      // Thrown on, it would vanish in the stage, and the caller would wait for ever.
      observer.onError(statuses.toStatus(defect));
      return;
    }
    observer.onNext(encoded);
    observer.onCompleted();
  }

  private InferenceRequest decode(PredictRequest request) {
    Feedback.checkName(request.getRequestId());
    return request(
        request.getModel(),
        request.getSignature(),
        request.getInputsMap(),
        request.getOutputsList(),
        request.getPriority(),
        routingKey(request),
        RequestName.orCurrent(request.getRequestId()));
  }

  private InferenceRequest request(
      String model,
      String signature,
      Map<String, Tensor> tensors,
      List<String> outputs,
      dev.millrace.v1.Priority priority,
      String routingKey,
      String name) {
    ModelReference reference = ModelReference.parse(model);
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> input : tensors.entrySet()) {
      inputs.put(input.getKey(), codec.decode(FieldPath.input(input.getKey()), input.getValue()));
    }
    Context context = Context.current();
    return new InferenceRequest(
        reference,
        signature.isEmpty() ? Signature.DEFAULT_NAME : signature,
        inputs,
        outputs,
        CallDeadline.of(context, clock),
        context::isCancelled,
        priority(priority),
        Callers.current(),
        routingKey,
        name);
  }

  private static String routingKey(PredictRequest request) {
    int bytes = request.getRoutingKeyBytes().size();
    if (bytes > LONGEST_ROUTING_KEY) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "routing_key",
                  ErrorReason.NAME_INVALID,
                  "expected at most " + LONGEST_ROUTING_KEY + " bytes, got " + bytes)));
    }
    return request.getRoutingKey();
  }

  private static Priority priority(dev.millrace.v1.Priority priority) {
    return switch (priority) {
      case PRIORITY_LOW -> Priority.LOW;
      case PRIORITY_HIGH -> Priority.HIGH;
      default -> Priority.NORMAL;
    };
  }
}
