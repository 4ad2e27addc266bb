package dev.millrace.server.gateway.kserve;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.LogSettingsRequest;
import dev.millrace.proto.inference.LogSettingsResponse;
import dev.millrace.proto.inference.ModelRepositoryParameter;
import dev.millrace.proto.inference.TraceSettingRequest;
import dev.millrace.proto.inference.TraceSettingResponse;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.gateway.rest.RestCalls;
import dev.millrace.server.gateway.rest.RestReply;
import dev.millrace.server.gateway.rest.RestRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** Small documents of settings and parameters. Thread-safe. */
final class Settings {
  private static final int OK = 200;
  private static final String LEVEL = "trace_level";

  private final StrictJson json;

  Settings(StrictJson json) {
    this.json = json;
  }

  /** True where a body asks for models that are ready alone. */
  boolean isReadyWanted(byte[] body) {
    return json.read(
        body,
        0,
        body.length,
        parser -> {
          boolean ready = false;
          requireObject(parser);
          String key;
          while ((key = parser.nextFieldName()) != null) {
            JsonToken token = parser.nextToken();
            if (key.equals("ready")) {
              if (!token.isBoolean()) {
                throw Refusals.unparsed(key);
              }
              ready = token == JsonToken.VALUE_TRUE;
            }
            parser.skipChildren();
          }
          return ready;
        });
  }

  /** The parameters of a body {@code {"parameters": {...}}}. */
  Map<String, ModelRepositoryParameter> parameters(byte[] body) {
    return json.read(
        body,
        0,
        body.length,
        parser -> {
          Map<String, ModelRepositoryParameter> parameters = new HashMap<>();
          requireObject(parser);
          String key;
          while ((key = parser.nextFieldName()) != null) {
            parser.nextToken();
            if (key.equals("parameters")) {
              ParameterReader.read(parser)
                  .forEach((name, value) -> parameters.put(name, repository(name, value)));
            } else {
              parser.skipChildren();
            }
          }
          return parameters;
        });
  }

  CompletionStage<RestReply> log(RestRequest request, boolean posted) {
    LogSettingsRequest.Builder message = LogSettingsRequest.newBuilder();
    if (posted) {
      for (String name : names(request.body())) {
        message.putSettings(name, LogSettingsRequest.SettingValue.getDefaultInstance());
      }
    }
    return RestCalls.call(request, GRPCInferenceServiceGrpc.getLogSettingsMethod(), message.build())
        .thenApply(this::log);
  }

  CompletionStage<RestReply> trace(RestRequest request, String model, boolean posted) {
    TraceSettingRequest.Builder message = TraceSettingRequest.newBuilder().setModelName(model);
    if (posted) {
      for (String name : names(request.body())) {
        message.putSettings(name, TraceSettingRequest.SettingValue.getDefaultInstance());
      }
    }
    return RestCalls.call(
            request, GRPCInferenceServiceGrpc.getTraceSettingMethod(), message.build())
        .thenApply(this::trace);
  }

  private RestReply log(LogSettingsResponse response) {
    return object(
        generator -> {
          for (var entry : new TreeMap<>(response.getSettingsMap()).entrySet()) {
            generator.writeFieldName(entry.getKey());
            LogSettingsResponse.SettingValue value = entry.getValue();
            switch (value.getParameterChoiceCase()) {
              case BOOL_PARAM -> generator.writeBoolean(value.getBoolParam());
              case UINT32_PARAM -> generator.writeNumber(value.getUint32Param());
              default -> generator.writeString(value.getStringParam());
            }
          }
        });
  }

  /** A level is a list, the other settings single. */
  private RestReply trace(TraceSettingResponse response) {
    return object(
        generator -> {
          for (var entry : new TreeMap<>(response.getSettingsMap()).entrySet()) {
            generator.writeFieldName(entry.getKey());
            List<String> values = entry.getValue().getValueList();
            if (entry.getKey().equals(LEVEL) || values.size() != 1) {
              generator.writeStartArray();
              for (String value : values) {
                generator.writeString(value);
              }
              generator.writeEndArray();
            } else {
              generator.writeString(values.get(0));
            }
          }
        });
  }

  private List<String> names(byte[] body) {
    return json.read(
        body,
        0,
        body.length,
        parser -> {
          List<String> names = new ArrayList<>();
          requireObject(parser);
          String key;
          while ((key = parser.nextFieldName()) != null) {
            names.add(key);
            parser.nextToken();
            parser.skipChildren();
          }
          return names;
        });
  }

  private interface Fields {
    void write(JsonGenerator generator) throws IOException;
  }

  private RestReply object(Fields fields) {
    return RestReply.json(
        OK,
        json.write(
            0,
            generator -> {
              generator.writeStartObject();
              fields.write(generator);
              generator.writeEndObject();
            }));
  }

  private static ModelRepositoryParameter repository(String name, InferParameter value) {
    ModelRepositoryParameter.Builder parameter = ModelRepositoryParameter.newBuilder();
    switch (value.getParameterChoiceCase()) {
      case BOOL_PARAM -> parameter.setBoolParam(value.getBoolParam());
      case INT64_PARAM -> parameter.setInt64Param(value.getInt64Param());
      case STRING_PARAM -> parameter.setStringParam(value.getStringParam());
      default -> throw Refusals.unparsed(name);
    }
    return parameter.build();
  }

  private static void requireObject(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw Refusals.malformed("the request is no JSON object");
    }
  }
}
