package dev.millrace.server.gateway.tfserving;

import dev.millrace.proto.tfserving.ClassificationRequest;
import dev.millrace.proto.tfserving.GetModelMetadataRequest;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.RegressionRequest;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.gateway.rest.RestCalls;
import dev.millrace.server.gateway.rest.RestFaults;
import dev.millrace.server.gateway.rest.RestReply;
import dev.millrace.server.gateway.rest.RestRequest;
import dev.millrace.server.gateway.rest.RestWire;
import dev.millrace.server.model.ServingException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** TensorFlow Serving's REST API, all paths under {@code /v1}. Thread-safe. */
public final class TfServingRest implements RestWire {
  private static final Metadata.Key<String> CONTENT =
      Metadata.Key.of("millrace-tensor-content", Metadata.ASCII_STRING_MARSHALLER);
  private static final String MODEL = "millrace-model";
  private static final Set<Status.Code> RENEWING =
      Set.of(Status.Code.INVALID_ARGUMENT, Status.Code.FAILED_PRECONDITION, Status.Code.NOT_FOUND);
  private static final int OK = 200;
  private static final int LARGE = 1 << 16;
  private static final int DEFAULT_TIMEOUT_SECONDS = 30;

  private final RestFaults faults;
  private final Executor large;
  private final PredictReader predictions;
  private final ExampleReader examples;
  private final PredictPrinter answers;
  private final ResultPrinter results;
  private final KnownTypes types = new KnownTypes();

  /**
   * The wire.
   *
   * @param mostBytes most that one request's tensors may become
   * @param large writes answers that take long to write
   */
  public TfServingRest(long mostBytes, Executor large, RestFaults faults) {
    StrictJson json = new StrictJson("JSON Parse error: ");
    this.faults = faults;
    this.large = large;
    this.predictions = new PredictReader(json, mostBytes);
    this.examples = new ExampleReader(json, mostBytes);
    this.answers = new PredictPrinter(json);
    this.results = new ResultPrinter(json);
  }

  @Override
  public CompletionStage<RestReply> answer(RestRequest request) {
    CompletionStage<RestReply> reply;
    try {
      ModelPath path = ModelPath.of(request.method(), request.path());
      reply = reply(limited(request), path);
    } catch (RuntimeException | Error refusedOrDefect) {
      return CompletableFuture.completedFuture(faults.reply(refusedOrDefect, TfServingRest::http));
    }
    return reply.exceptionally(failure -> faults.reply(failure, TfServingRest::http));
  }

  private CompletionStage<RestReply> reply(RestRequest request, ModelPath path) {
    return switch (path.call()) {
      case PREDICT -> predict(request, path.spec());
      case CLASSIFY -> classify(request, path.spec());
      case REGRESS -> regress(request, path.spec());
      case STATUS ->
          RestCalls.call(
                  request,
                  ModelServiceGrpc.getGetModelStatusMethod(),
                  GetModelStatusRequest.newBuilder().setModelSpec(path.spec()).build())
              .thenApply(status -> RestReply.json(OK, results.status(status)));
      case METADATA ->
          RestCalls.call(
                  request, PredictionServiceGrpc.getGetModelMetadataMethod(), metadata(path.spec()))
              .thenApply(metadata -> RestReply.json(OK, results.metadata(metadata)));
    };
  }

  private static GetModelMetadataRequest metadata(ModelSpec spec) {
    return GetModelMetadataRequest.newBuilder()
        .setModelSpec(spec)
        .addMetadataField(ResultPrinter.SIGNATURES)
        .build();
  }

  private CompletionStage<RestReply> predict(RestRequest request, ModelSpec spec) {
    Optional<InputTypes> known = types.of(spec);
    if (known.isEmpty()) {
      return fresh(request, spec).thenCompose(found -> predict(request, spec, found));
    }
    return predict(request, spec, known.get())
        .exceptionallyCompose(failure -> predictAnew(request, spec, known.get(), failure));
  }

  /** What was refused may have been read with the types of a version that was there before. */
  private CompletionStage<RestReply> predictAnew(
      RestRequest request, ModelSpec spec, InputTypes known, Throwable failure) {
    return isAboutRequest(failure)
        ? fresh(request, spec)
            .thenCompose(
                found ->
                    found.equals(known)
                        ? CompletableFuture.failedFuture(failure)
                        : predict(request, spec, found))
        : CompletableFuture.failedFuture(failure);
  }

  private static boolean isAboutRequest(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ServingException
        || cause instanceof StatusRuntimeException refused
            && RENEWING.contains(refused.getStatus().getCode());
  }

  private CompletableFuture<InputTypes> fresh(RestRequest request, ModelSpec spec) {
    return RestCalls.aside(
            request, PredictionServiceGrpc.getGetModelMetadataMethod(), metadata(spec))
        .thenApply(
            metadata -> {
              InputTypes found = new InputTypes(ResultPrinter.signatures(metadata));
              types.put(spec, found);
              return found;
            });
  }

  private CompletionStage<RestReply> predict(
      RestRequest request, ModelSpec spec, InputTypes inputs) {
    PredictBody body;
    try {
      body = predictions.read(request.body(), inputs);
    } catch (ServingException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    PredictRequest message =
        PredictRequest.newBuilder()
            .setModelSpec(spec.toBuilder().setSignatureName(body.signature()))
            .putAllInputs(body.inputs())
            .build();
    Metadata headers = new Metadata();
    headers.put(CONTENT, "true");
    return RestCalls.call(
            request.channel(), request, PredictionServiceGrpc.getPredictMethod(), message, headers)
        .thenCompose(response -> print(response, body.rows()));
  }

  /** Answers come on threads that run models; a large one is written elsewhere. */
  private CompletionStage<RestReply> print(PredictResponse response, boolean rows) {
    return response.getSerializedSize() < LARGE
        ? CompletableFuture.completedFuture(written(response, rows))
        : CompletableFuture.supplyAsync(() -> written(response, rows), large);
  }

  private RestReply written(PredictResponse response, boolean rows) {
    return answered(response.getModelSpec(), answers.print(response, rows));
  }

  /** A document, and in a header, which is ours, the version that answered. */
  private static RestReply answered(ModelSpec spec, byte[] document) {
    RestReply reply = RestReply.json(OK, document);
    String model = "models/" + spec.getName() + "/versions/" + spec.getVersion().getValue();
    return new RestReply(reply.status(), reply.contentType(), Map.of(MODEL, model), reply.parts());
  }

  private CompletionStage<RestReply> classify(RestRequest request, ModelSpec spec) {
    ExampleReader.Body body = examples.read(request.body());
    return RestCalls.call(
            request,
            PredictionServiceGrpc.getClassifyMethod(),
            ClassificationRequest.newBuilder()
                .setModelSpec(spec.toBuilder().setSignatureName(body.signature()))
                .setInput(body.input())
                .build())
        .thenApply(
            response -> answered(response.getModelSpec(), results.classes(response.getResult())));
  }

  private CompletionStage<RestReply> regress(RestRequest request, ModelSpec spec) {
    ExampleReader.Body body = examples.read(request.body());
    return RestCalls.call(
            request,
            PredictionServiceGrpc.getRegressMethod(),
            RegressionRequest.newBuilder()
                .setModelSpec(spec.toBuilder().setSignatureName(body.signature()))
                .setInput(body.input())
                .build())
        .thenApply(
            response -> answered(response.getModelSpec(), results.values(response.getResult())));
  }

  private static RestRequest limited(RestRequest request) {
    return request.options().getDeadline() != null
        ? request
        : new RestRequest(
            request.method(),
            request.path(),
            request.body(),
            request.headers(),
            request.channel(),
            request.options().withDeadlineAfter(DEFAULT_TIMEOUT_SECONDS, TimeUnit.SECONDS));
  }

  /** TensorFlow Serving's own table. */
  private static int http(Status.Code code) {
    return switch (code) {
      case OK -> OK;
      case CANCELLED -> 499;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case DEADLINE_EXCEEDED -> 504;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case PERMISSION_DENIED -> 403;
      case UNAUTHENTICATED -> 401;
      case RESOURCE_EXHAUSTED -> 429;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
    };
  }
}
