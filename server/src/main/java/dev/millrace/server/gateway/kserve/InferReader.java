package dev.millrace.server.gateway.kserve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.server.gateway.json.ByteBudget;
import dev.millrace.server.gateway.json.ShortInfinities;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.model.FieldPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Reads bodies of inferences: a document, and behind it the bytes of inputs that say so, which are
 * wrapped and not copied. Thread-safe.
 */
final class InferReader {
  private static final String BINARY_OUTPUT = "binary_data_output";
  private static final String BINARY = "binary_data";

  private final StrictJson json;
  private final long mostBytes;

  /**
   * A reader.
   *
   * @param mostBytes most that one request's tensors may become
   */
  InferReader(StrictJson json, long mostBytes) {
    this.json = json;
    this.mostBytes = mostBytes;
  }

  /**
   * Reads a body.
   *
   * @param version empty for none
   * @param headerLength length of the document
   * @throws dev.millrace.server.model.ServingException in Triton's words
   */
  InferBody read(String model, String version, byte[] body, int headerLength) {
    return ShortInfinities.read(
        body, headerLength, (bytes, length) -> plain(model, version, bytes, length));
  }

  private InferBody plain(String model, String version, byte[] body, int headerLength) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder().setModelName(model).setModelVersion(version);
    Map<String, Boolean> outputs = new HashMap<>();
    List<InputEntry> inputs =
        json.read(
            body,
            0,
            headerLength,
            parser -> document(parser, body, headerLength, request, outputs));
    data(inputs, request, body, headerLength);
    return new InferBody(request.build(), binary(request, BINARY_OUTPUT), outputs);
  }

  private List<InputEntry> document(
      JsonParser parser,
      byte[] body,
      int headerLength,
      ModelInferRequest.Builder request,
      Map<String, Boolean> outputs)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw Refusals.malformed("the request is no JSON object");
    }
    ByteBudget budget = new ByteBudget(mostBytes);
    List<InputEntry> inputs = new ArrayList<>();
    boolean found = false;
    String key;
    while ((key = parser.nextFieldName()) != null) {
      JsonToken token = parser.nextToken();
      switch (key) {
        case "id" -> request.setId(InputEntry.text(parser, token, key));
        case "parameters" -> request.putAllParameters(ParameterReader.read(parser));
        case "inputs" -> {
          found = true;
          requireArray(token, key);
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            inputs.add(new InputEntry(json, body, headerLength, budget).read(parser));
          }
        }
        case "outputs" -> {
          requireArray(token, key);
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            request.addOutputs(output(parser, outputs));
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (!found) {
      throw Refusals.unparsed("inputs");
    }
    return inputs;
  }

  private static InferRequestedOutputTensor output(JsonParser parser, Map<String, Boolean> outputs)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw Refusals.unparsed("outputs");
    }
    InferRequestedOutputTensor.Builder output = InferRequestedOutputTensor.newBuilder();
    String key;
    while ((key = parser.nextFieldName()) != null) {
      JsonToken token = parser.nextToken();
      switch (key) {
        case "name" -> output.setName(InputEntry.text(parser, token, key));
        case "parameters" -> output.putAllParameters(ParameterReader.read(parser));
        default -> parser.skipChildren();
      }
    }
    InputEntry.require(output.getName().isEmpty() ? null : output, "name");
    InferParameter binary = output.getParametersMap().get(BINARY);
    if (binary != null) {
      output.removeParameters(BINARY);
      if (!binary.hasBoolParam()) {
        throw Refusals.unparsed(BINARY);
      }
      outputs.put(output.getName(), binary.getBoolParam());
    }
    return output.build();
  }

  private static void data(
      List<InputEntry> inputs, ModelInferRequest.Builder request, byte[] body, int from) {
    int at = from;
    for (InputEntry input : inputs) {
      request.addInputs(input.tensor());
      OptionalLong size = input.binarySize();
      if (size.isEmpty()) {
        request.addRawInputContents(input.values());
        continue;
      }
      long missing = size.getAsLong() - (body.length - at);
      if (missing > 0) {
        throw Refusals.malformed(
            "unexpected size for input '"
                + FieldPath.shown(input.name())
                + "', expecting "
                + missing
                + " additional bytes for model '"
                + FieldPath.shown(request.getModelName())
                + "'");
      }
      int length = (int) size.getAsLong();
      request.addRawInputContents(UnsafeByteOperations.unsafeWrap(body, at, length));
      at += length;
    }
    if (at != body.length) {
      throw Refusals.malformed(
          "unexpected additional input data for model '"
              + FieldPath.shown(request.getModelName())
              + "'");
    }
  }

  private static boolean binary(ModelInferRequest.Builder request, String key) {
    InferParameter value = request.getParametersMap().get(key);
    if (value == null) {
      return false;
    }
    if (!value.hasBoolParam()) {
      throw Refusals.unparsed(key);
    }
    return value.getBoolParam();
  }

  private static void requireArray(JsonToken token, String key) {
    if (token != JsonToken.START_ARRAY) {
      throw Refusals.unparsed(key);
    }
  }
}
