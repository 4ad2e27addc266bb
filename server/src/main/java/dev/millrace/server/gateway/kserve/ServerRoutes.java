package dev.millrace.server.gateway.kserve;

import com.google.protobuf.Message;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.inference.RepositoryIndexRequest;
import dev.millrace.proto.inference.RepositoryIndexResponse;
import dev.millrace.proto.inference.RepositoryIndexResponse.ModelIndex;
import dev.millrace.proto.inference.ServerLiveRequest;
import dev.millrace.proto.inference.ServerMetadataRequest;
import dev.millrace.proto.inference.ServerReadyRequest;
import dev.millrace.server.gateway.json.MessagePrinter;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.gateway.rest.RestCalls;
import dev.millrace.server.gateway.rest.RestReply;
import dev.millrace.server.gateway.rest.RestRequest;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** Paths that name no model. Thread-safe. */
final class ServerRoutes {
  private static final int OK = 200;
  private static final int NOT_READY = 400;
  private static final int HINT = 2000;
  private static final Set<String> KNOWN =
      Set.of(
          "/v2",
          "/v2/health/live",
          "/v2/health/ready",
          "/v2/models",
          "/v2/models/stats",
          "/v2/repository/index",
          "/v2/logging",
          "/v2/trace/setting");

  private final StrictJson json;
  private final Settings settings;
  private final MessagePrinter messages = new MessagePrinter(false);

  ServerRoutes(StrictJson json) {
    this.json = json;
    this.settings = new Settings(json);
  }

  static boolean isKnown(KservePath path) {
    return KNOWN.contains(path.action());
  }

  /** The reply; empty when there is none for this path and method. */
  Optional<CompletionStage<RestReply>> answer(
      RestRequest request, String path, boolean got, boolean posted) {
    return switch (path) {
      case "/v2" -> got ? Optional.of(metadata(request)) : Optional.empty();
      case "/v2/health/live" -> got ? Optional.of(live(request)) : Optional.empty();
      case "/v2/health/ready" -> got ? Optional.of(ready(request)) : Optional.empty();
      case "/v2/models" -> got ? Optional.of(names(request)) : Optional.empty();
      case "/v2/models/stats" -> got ? Optional.of(statistics(request)) : Optional.empty();
      case "/v2/repository/index" -> posted ? Optional.of(index(request)) : Optional.empty();
      case "/v2/logging" ->
          got || posted ? Optional.of(settings.log(request, posted)) : Optional.empty();
      case "/v2/trace/setting" ->
          got || posted ? Optional.of(settings.trace(request, "", posted)) : Optional.empty();
      default -> {
        if (path.startsWith("/v2/systemsharedmemory/")
            || path.startsWith("/v2/cudasharedmemory/")) {
          throw Refusals.unsupported(
              "shared memory is not supported; send the data in the request");
        }
        yield Optional.empty();
      }
    };
  }

  private CompletionStage<RestReply> metadata(RestRequest request) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getServerMetadataMethod(),
            ServerMetadataRequest.getDefaultInstance())
        .thenApply(this::reply);
  }

  private CompletionStage<RestReply> live(RestRequest request) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getServerLiveMethod(),
            ServerLiveRequest.getDefaultInstance())
        .thenApply(answer -> flag("live", answer.getLive()));
  }

  private CompletionStage<RestReply> ready(RestRequest request) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getServerReadyMethod(),
            ServerReadyRequest.getDefaultInstance())
        .thenApply(answer -> flag("ready", answer.getReady()));
  }

  private CompletionStage<RestReply> statistics(RestRequest request) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getModelStatisticsMethod(),
            ModelStatisticsRequest.getDefaultInstance())
        .thenApply(this::reply);
  }

  private CompletionStage<RestReply> index(RestRequest request) {
    boolean ready = request.body().length > 0 && settings.isReadyWanted(request.body());
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getRepositoryIndexMethod(),
            RepositoryIndexRequest.newBuilder().setReady(ready).build())
        .thenApply(this::index);
  }

  private RestReply index(RepositoryIndexResponse response) {
    return RestReply.json(
        OK,
        json.write(
            HINT,
            generator -> {
              generator.writeStartArray();
              for (ModelIndex model : response.getModelsList()) {
                generator.writeStartObject();
                generator.writeStringField("name", model.getName());
                generator.writeStringField("version", model.getVersion());
                generator.writeStringField("state", model.getState());
                if (!model.getReason().isEmpty()) {
                  generator.writeStringField("reason", model.getReason());
                }
                generator.writeEndObject();
              }
              generator.writeEndArray();
            }));
  }

  private CompletionStage<RestReply> names(RestRequest request) {
    return RestCalls.call(
            request,
            GRPCInferenceServiceGrpc.getRepositoryIndexMethod(),
            RepositoryIndexRequest.getDefaultInstance())
        .thenApply(
            response -> {
              Set<String> names = new TreeSet<>();
              response.getModelsList().forEach(model -> names.add(model.getName()));
              return RestReply.json(
                  OK,
                  json.write(
                      HINT,
                      generator -> {
                        generator.writeStartObject();
                        generator.writeArrayFieldStart("models");
                        for (String name : names) {
                          generator.writeString(name);
                        }
                        generator.writeEndArray();
                        generator.writeEndObject();
                      }));
            });
  }

  private RestReply flag(String name, boolean on) {
    return flag(json, name, on);
  }

  static RestReply flag(StrictJson json, String name, boolean on) {
    return RestReply.json(
        on ? OK : NOT_READY,
        json.write(
            0,
            generator -> {
              generator.writeStartObject();
              generator.writeBooleanField(name, on);
              generator.writeEndObject();
            }));
  }

  private RestReply reply(Message message) {
    return RestReply.json(OK, json.write(HINT, generator -> messages.write(generator, message)));
  }
}
