package dev.millrace.server.gateway.kserve;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelConfigRequest;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.gateway.rest.RestCalls;
import dev.millrace.server.gateway.rest.RestFaults;
import dev.millrace.server.gateway.rest.RestReply;
import dev.millrace.server.gateway.rest.RestRequest;
import dev.millrace.server.gateway.rest.RestWire;
import dev.millrace.server.model.FieldPath;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The Open Inference Protocol's REST form with Triton's extensions, all paths under {@code /v2}.
 * Thread-safe.
 */
public final class KserveRest implements RestWire {
  /** Header with the length of the document in front of the bytes of tensors. */
  public static final String HEADER_LENGTH = "Inference-Header-Content-Length";

  private static final String BINARY = "application/octet-stream";
  private static final int LARGE = 1 << 16;
  private static final int OK = 200;

  private final RestFaults faults;
  private final Executor large;
  private final InferReader reader;
  private final InferPrinter printer;
  private final ModelRoutes models;
  private final ServerRoutes server;

  /**
   * The wire.
   *
   * @param mostBytes most that one request's tensors may become
   * @param large writes answers that take long to write
   */
  public KserveRest(long mostBytes, Executor large, RestFaults faults) {
    StrictJson json = new StrictJson("failed to parse the request JSON buffer: ");
    this.faults = faults;
    this.large = large;
    this.reader = new InferReader(json, mostBytes);
    this.printer = new InferPrinter(json);
    this.models = new ModelRoutes(json);
    this.server = new ServerRoutes(json);
  }

  @Override
  public CompletionStage<RestReply> answer(RestRequest request) {
    CompletionStage<RestReply> reply;
    try {
      Optional<KservePath> path = KservePath.of(request.path());
      reply =
          path.isEmpty()
              ? CompletableFuture.completedFuture(faults.reply(404, "Not Found"))
              : route(request, path.get());
    } catch (RuntimeException | Error refusedOrDefect) {
      return CompletableFuture.completedFuture(faults.reply(refusedOrDefect, KserveRest::http));
    }
    return reply.exceptionally(failure -> faults.reply(failure, KserveRest::http));
  }

  private CompletionStage<RestReply> route(RestRequest request, KservePath path) {
    boolean posted = request.method().equals("POST");
    boolean got = request.method().equals("GET") || request.method().equals("HEAD");
    if (path.action().equals("/infer")) {
      return posted ? infer(request, path) : notAllowed();
    }
    Optional<CompletionStage<RestReply>> reply =
        path.model().isEmpty()
            ? server.answer(request, path.action(), got, posted)
            : models.answer(request, path, got, posted);
    return reply.orElseGet(
        () ->
            ServerRoutes.isKnown(path) || ModelRoutes.isKnown(path)
                ? notAllowed()
                : CompletableFuture.completedFuture(faults.reply(404, "Not Found")));
  }

  private CompletionStage<RestReply> notAllowed() {
    return CompletableFuture.completedFuture(faults.reply(405, "Method Not Allowed"));
  }

  private CompletionStage<RestReply> infer(RestRequest request, KservePath path) {
    int length = headerLength(request);
    if (length > 0 || request.headers().apply(HEADER_LENGTH).isEmpty()) {
      return infer(request, reader.read(path.model(), path.version(), request.body(), length));
    }
    return RestCalls.aside(
            request,
            GRPCInferenceServiceGrpc.getModelConfigMethod(),
            ModelConfigRequest.newBuilder()
                .setName(path.model())
                .setVersion(path.version())
                .build())
        .thenCompose(
            config ->
                infer(
                    request,
                    RawInput.read(
                        path.model(), path.version(), request.body(), config.getConfig())));
  }

  private CompletionStage<RestReply> infer(RestRequest request, InferBody body) {
    return RestCalls.call(request, GRPCInferenceServiceGrpc.getModelInferMethod(), body.request())
        .thenCompose(response -> print(body, response));
  }

  /** Answers come on threads that run models; a large document is written elsewhere. */
  private CompletionStage<RestReply> print(InferBody body, ModelInferResponse response) {
    long written = 0;
    for (int i = 0; i < response.getOutputsCount(); i++) {
      written +=
          body.isBinary(response.getOutputs(i).getName())
              ? 0
              : response.getRawOutputContents(i).size();
    }
    return written < LARGE
        ? CompletableFuture.completedFuture(reply(printer.print(body, response)))
        : CompletableFuture.supplyAsync(() -> reply(printer.print(body, response)), large);
  }

  private static RestReply reply(InferAnswer answer) {
    RestReply document = RestReply.json(OK, answer.document());
    if (!answer.binary()) {
      return document;
    }
    List<com.google.protobuf.ByteString> parts = new ArrayList<>(document.parts());
    parts.addAll(answer.blobs());
    return new RestReply(
        OK,
        BINARY,
        Map.of(HEADER_LENGTH, Integer.toString(answer.document().length)),
        List.copyOf(parts));
  }

  private static int headerLength(RestRequest request) {
    int most = request.body().length;
    Optional<String> header = request.headers().apply(HEADER_LENGTH);
    if (header.isEmpty()) {
      return most;
    }
    int length;
    try {
      length = Integer.parseInt(header.get().trim());
    } catch (NumberFormatException none) {
      throw Refusals.malformed(
          "Unable to parse " + HEADER_LENGTH + ", got: " + FieldPath.shown(header.get()));
    }
    if (length < 0 || length > most) {
      throw Refusals.malformed(
          "inference header size should be in range (0, " + most + "), got: " + length);
    }
    return length;
  }

  /** Triton's table, and what it has no errors for. */
  private static int http(Status.Code code) {
    return switch (code) {
      case OK -> OK;
      case NOT_FOUND -> 404;
      case UNAVAILABLE -> 503;
      case UNIMPLEMENTED -> 501;
      case INTERNAL, UNKNOWN, DATA_LOSS -> 500;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> 499;
      case DEADLINE_EXCEEDED -> 504;
      default -> 400;
    };
  }
}
