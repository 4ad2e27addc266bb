package dev.millrace.server.gateway.tfserving;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.server.gateway.json.ByteBudget;
import dev.millrace.server.gateway.json.JsonTensorBuilder;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the tensors of one body. Confined to one thread. */
final class InputReader {
  private static final int MOST_HINT = 1 << 20;

  private final Map<String, DataType> types;
  private final ByteBudget budget;
  private final int sizeHint;
  private final Map<String, JsonTensorBuilder> builders = new TreeMap<>();

  /**
   * A reader.
   *
   * @param types the inputs of the signature; at least one
   * @param bodyLength length of the body, from which the tensors' is guessed
   */
  InputReader(Map<String, DataType> types, int bodyLength, ByteBudget budget) {
    this.types = types;
    this.budget = budget;
    this.sizeHint = Math.min(MOST_HINT, bodyLength / 2 / types.size());
  }

  /** Reads {@code instances}: a list of values, or of objects with a value for each input. */
  Map<String, TensorProto> rows(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw PredictReader.malformed("JSON Value: {...} Expecting 'instances' to be an list/array");
    }
    Boolean named = null;
    int row = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean isNamed = row(parser, named, row);
      named = isNamed;
      row++;
    }
    if (row == 0) {
      throw PredictReader.malformed("JSON Value: {...} No values in 'instances' array");
    }
    Map<String, TensorProto> tensors = new TreeMap<>();
    builders.forEach((name, builder) -> tensors.put(name, Tensors.proto(builder.rows())));
    return tensors;
  }

  /** Reads {@code inputs}: the value of the one input, or an object with a value for each. */
  Map<String, TensorProto> columns(JsonParser parser) throws IOException {
    Map<String, TensorProto> tensors = new TreeMap<>();
    @Nullable String first = null;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      first = parser.nextFieldName();
      if (!isBytes(parser, first)) {
        namedColumns(parser, first);
        builders.forEach((name, builder) -> tensors.put(name, Tensors.proto(builder.single())));
        return tensors;
      }
    }
    if (types.size() > 1) {
      throw PredictReader.malformed(
          "inputs is a plain value/list, but expecting an object as multiple input tensors"
              + " required as per tensorinfo_map");
    }
    String name = types.keySet().iterator().next();
    JsonTensorBuilder builder = builder(name);
    if (first != null) {
      builder.addBase64(parser);
    } else {
      builder.add(parser);
    }
    tensors.put(name, Tensors.proto(builder.single()));
    return tensors;
  }

  private void namedColumns(JsonParser parser, @Nullable String first) throws IOException {
    for (String key = first; key != null; key = parser.nextFieldName()) {
      if (parser.currentToken() == JsonToken.FIELD_NAME) {
        parser.nextToken();
      }
      if (types.containsKey(key)) {
        builder(key).add(parser);
      } else {
        parser.skipChildren();
      }
    }
    for (String name : types.keySet()) {
      if (!builders.containsKey(name)) {
        throw new ServingException(
            ErrorReason.INPUT_MISSING, "Missing named input: " + name + " in 'inputs' object.");
      }
    }
  }

  /** Reads a row; true when it is an object of named values. */
  private boolean row(JsonParser parser, @Nullable Boolean named, int row) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      String first = parser.nextFieldName();
      if (!isBytes(parser, first)) {
        if (Boolean.FALSE.equals(named)) {
          throw PredictReader.malformed(
              "Expecting value/list but got object at item " + row + " of input list");
        }
        namedRow(parser, first, row);
        return true;
      }
      plainRow(parser, named, row, true);
    } else {
      plainRow(parser, named, row, false);
    }
    return false;
  }

  private void plainRow(JsonParser parser, @Nullable Boolean named, int row, boolean base64)
      throws IOException {
    if (Boolean.TRUE.equals(named)) {
      throw PredictReader.malformed(
          "Expecting object but got list at item " + row + " of input list");
    }
    if (types.size() > 1) {
      throw PredictReader.malformed(
          "instances is a plain list, but expecting list of objects as multiple input tensors"
              + " required as per tensorinfo_map");
    }
    JsonTensorBuilder builder = builder(types.keySet().iterator().next());
    try {
      if (base64) {
        builder.addBase64(parser);
      } else {
        builder.add(parser);
      }
    } catch (ServingException fault) {
      throw failed(fault, row, "");
    }
  }

  private void namedRow(JsonParser parser, @Nullable String first, int row) throws IOException {
    int given = 0;
    for (String key = first; key != null; key = parser.nextFieldName()) {
      if (parser.currentToken() == JsonToken.FIELD_NAME) {
        parser.nextToken();
      }
      try {
        if (!types.containsKey(key)) {
          throw new ServingException(
              ErrorReason.INPUT_UNEXPECTED,
              "JSON object: does not have named input: " + FieldPath.shown(key));
        }
        builder(key).add(parser);
      } catch (ServingException fault) {
        throw failed(fault, row, " key: " + FieldPath.shown(key));
      }
      given++;
    }
    if (given != types.size()) {
      throw new ServingException(
          ErrorReason.INPUT_MISSING,
          "Failed to process element: "
              + row
              + " of 'instances' list. JSON object: {...} keys must be equal to: "
              + String.join(",", types.keySet()));
    }
  }

  private JsonTensorBuilder builder(String name) {
    JsonTensorBuilder builder = builders.get(name);
    if (builder == null) {
      DataType type = types.getOrDefault(name, DataType.FLOAT32);
      builder = new JsonTensorBuilder(type, sizeHint, budget);
      builders.put(name, builder);
    }
    return builder;
  }

  /**
   * Steps from an object's first key to its value; true when the object stands for bytes, as far as
   * can be seen.
   */
  private static boolean isBytes(JsonParser parser, @Nullable String first) throws IOException {
    return first != null
        && parser.nextToken() == JsonToken.VALUE_STRING
        && JsonTensorBuilder.isBase64(first);
  }

  private static ServingException failed(ServingException fault, int row, String key) {
    return new ServingException(
        fault.reason(),
        "Failed to process element: "
            + row
            + key
            + " of 'instances' list. Error: INVALID_ARGUMENT: "
            + fault.message());
  }
}
