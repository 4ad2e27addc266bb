package dev.millrace.server.gateway.kserve;

import com.google.protobuf.Message;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelConfigRequest;
import dev.millrace.proto.inference.ModelConfigResponse;
import dev.millrace.proto.inference.ModelMetadataRequest;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelRepositoryParameter;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import dev.millrace.server.gateway.json.MessagePrinter;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.gateway.rest.RestCalls;
import dev.millrace.server.gateway.rest.RestReply;
import dev.millrace.server.gateway.rest.RestRequest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Paths that name a model, but for inference. Thread-safe. */
final class ModelRoutes {
  private static final int OK = 200;
  private static final int HINT = 4000;
  private static final Set<String> KNOWN =
      Set.of(
          "",
          "/infer",
          "/ready",
          "/config",
          "/stats",
          "/trace/setting",
          "/repository/load",
          "/repository/unload");

  private final StrictJson json;
  private final Settings settings;
  private final MessagePrinter messages = new MessagePrinter(false);

  ModelRoutes(StrictJson json) {
    this.json = json;
    this.settings = new Settings(json);
  }

  static boolean isKnown(KservePath path) {
    return !path.model().isEmpty() && KNOWN.contains(path.action());
  }

  /** The reply; empty when there is none for this path and method. */
  Optional<CompletionStage<RestReply>> answer(
      RestRequest request, KservePath path, boolean got, boolean posted) {
    return switch (path.action()) {
      case "" -> got ? Optional.of(metadata(request, path)) : Optional.empty();
      case "/ready" -> got ? Optional.of(ready(request, path)) : Optional.empty();
      case "/config" -> got ? Optional.of(config(request, path)) : Optional.empty();
      case "/stats" -> got ? Optional.of(statistics(request, path)) : Optional.empty();
      case "/trace/setting" ->
          got || posted
              ? Optional.of(settings.trace(request, path.model(), posted))
              : Optional.empty();
      case "/repository/load" -> posted ? Optional.of(load(request, path)) : Optional.empty();
      case "/repository/unload" -> posted ? Optional.of(unload(request, path)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private CompletionStage<RestReply> metadata(RestRequest request, KservePath path) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getModelMetadataMethod(),
            ModelMetadataRequest.newBuilder()
                .setName(path.model())
                .setVersion(path.version())
                .build())
        .thenApply(this::reply);
  }

  private CompletionStage<RestReply> ready(RestRequest request, KservePath path) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getModelReadyMethod(),
            ModelReadyRequest.newBuilder().setName(path.model()).setVersion(path.version()).build())
        .thenApply(answer -> ServerRoutes.flag(json, "ready", answer.getReady()));
  }

  private CompletionStage<RestReply> config(RestRequest request, KservePath path) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getModelConfigMethod(),
            ModelConfigRequest.newBuilder()
                .setName(path.model())
                .setVersion(path.version())
                .build())
        .thenApply(ModelConfigResponse::getConfig)
        .thenApply(this::reply);
  }

  private CompletionStage<RestReply> statistics(RestRequest request, KservePath path) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getModelStatisticsMethod(),
            ModelStatisticsRequest.newBuilder()
                .setName(path.model())
                .setVersion(path.version())
                .build())
        .thenApply(this::reply);
  }

  private CompletionStage<RestReply> load(RestRequest request, KservePath path) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getRepositoryModelLoadMethod(),
            RepositoryModelLoadRequest.newBuilder()
                .setModelName(path.model())
                .putAllParameters(parameters(request))
                .build())
        .thenApply(done -> RestReply.empty(OK));
  }

  private CompletionStage<RestReply> unload(RestRequest request, KservePath path) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getRepositoryModelUnloadMethod(),
            RepositoryModelUnloadRequest.newBuilder()
                .setModelName(path.model())
                .putAllParameters(parameters(request))
                .build())
        .thenApply(done -> RestReply.empty(OK));
  }

  private Map<String, ModelRepositoryParameter> parameters(RestRequest request) {
    return request.body().length == 0 ? Map.of() : settings.parameters(request.body());
  }

  private RestReply reply(Message message) {
    return RestReply.json(OK, json.write(HINT, generator -> messages.write(generator, message)));
  }
}
