package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.server.feedback.Feedback;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.CallDeadline;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.RequestName;
import dev.millrace.server.protocol.StatusMapper;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Predictions: from the wire to the predictor chain and back. Thread-safe. */
final class InferCalls {
  private final Predictor predictor;
  private final TritonWording wording;
  private final StatusMapper statuses;
  private final InstantSource clock;
  private final InputReader reader = new InputReader();

  InferCalls(
      Predictor predictor, TritonWording wording, StatusMapper statuses, InstantSource clock) {
    this.predictor = predictor;
    this.wording = wording;
    this.statuses = statuses;
    this.clock = clock;
  }

  /** The answer, or a {@link StatusRuntimeException}; nothing is thrown directly. */
  CompletionStage<ModelInferResponse> infer(ModelInferRequest request) {
    RequestParameters parameters;
    InferenceRequest decoded;
    try {
      parameters = RequestParameters.of(request.getParametersMap());
      decoded = decode(request, parameters);
    } catch (RuntimeException | Error refusedOrDefect) {
      return CompletableFuture.failedFuture(statuses.toStatus(refusedOrDefect));
    }
    return predictor
        .predict(decoded)
        .handle(
            (response, failure) -> {
              if (failure != null) {
                throw new CompletionException(
                    statuses.toStatus(
                        failure,
                        error -> wording.of(decoded, parameters.timeout().isPresent(), error)));
              }
              try {
                return ResponseWriter.write(request, response);
              } catch (RuntimeException | Error refusedOrDefect) {
                throw new CompletionException(statuses.toStatus(refusedOrDefect));
              }
            });
  }

  /** What {@link #infer} failed with. */
  static StatusRuntimeException status(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return (StatusRuntimeException) cause;
  }

  private InferenceRequest decode(ModelInferRequest request, RequestParameters parameters) {
    ModelReference model = RequestedModel.of(request.getModelName(), request.getModelVersion());
    List<String> outputs = new ArrayList<>();
    for (InferRequestedOutputTensor output : request.getOutputsList()) {
      ClassificationOutput.wanted(output);
      if (outputs.contains(output.getName())) {
        throw new ServingException(
            ErrorReason.OUTPUT_UNKNOWN,
            "output '" + FieldPath.shown(output.getName()) + "' already exists in request");
      }
      outputs.add(output.getName());
    }
    Context context = Context.current();
    return new InferenceRequest(
        model,
        parameters.signature(),
        reader.read(request),
        outputs,
        parameters.deadline(CallDeadline.of(context, clock), clock.instant()),
        context::isCancelled,
        parameters.priority(),
        Callers.current(),
        "",
        name(request.getId()));
  }

  /** Ids may be of any length, and names of predictions may not. */
  private static String name(String id) {
    return id.length() > Feedback.LONGEST_NAME ? "" : RequestName.orCurrent(id);
  }
}
