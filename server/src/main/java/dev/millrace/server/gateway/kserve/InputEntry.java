package dev.millrace.server.gateway.kserve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.server.gateway.json.ByteBudget;
import dev.millrace.server.gateway.json.FlatTensor;
import dev.millrace.server.gateway.json.JsonTensor;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One of a request's inputs as its object tells. Its keys come in any order; values that come
 * before their type are read when it is known. Confined to one thread.
 */
final class InputEntry {
  private static final String BINARY_SIZE = "binary_data_size";
  private static final String SHARED_MEMORY = "shared_memory_region";
  private static final int NONE = -1;
  private static final int MOST_DIMENSIONS = 254;
  private static final int MOST_HINT = 1 << 20;

  private final StrictJson json;
  private final byte[] body;
  private final int headerLength;
  private final ByteBudget budget;

  private @Nullable String name;
  private @Nullable String datatype;
  private @Nullable List<Long> shape;
  private Map<String, InferParameter> parameters = new HashMap<>();
  private @Nullable JsonTensor data;
  private int dataFrom = NONE;

  InputEntry(StrictJson json, byte[] body, int headerLength, ByteBudget budget) {
    this.json = json;
    this.body = body;
    this.headerLength = headerLength;
    this.budget = budget;
  }

  /** Reads the object that the parser is at. */
  InputEntry read(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw Refusals.unparsed("inputs");
    }
    String key;
    while ((key = parser.nextFieldName()) != null) {
      JsonToken token = parser.nextToken();
      switch (key) {
        case "name" -> name = text(parser, token, key);
        case "datatype" -> datatype = text(parser, token, key);
        case "shape" -> shape = sizes(parser, token);
        case "parameters" -> parameters = ParameterReader.read(parser);
        case "data" -> {
          dataFrom = StrictJson.offset(parser);
          if (datatype == null) {
            parser.skipChildren();
          } else {
            data = values(parser);
          }
        }
        default -> parser.skipChildren();
      }
    }
    require(name, "name");
    require(datatype, "datatype");
    require(shape, "shape");
    return this;
  }

  /** The input without its values, as the service takes it. */
  InferInputTensor tensor() {
    InferInputTensor.Builder tensor =
        InferInputTensor.newBuilder()
            .setName(require(name, "name"))
            .setDatatype(require(datatype, "datatype"))
            .addAllShape(require(shape, "shape"));
    parameters.forEach(
        (key, value) -> {
          if (!key.equals(BINARY_SIZE)) {
            tensor.putParameters(key, value);
          }
        });
    return tensor.build();
  }

  String name() {
    return require(name, "name");
  }

  /** Bytes that the input has behind the document; empty when its values are in it. */
  OptionalLong binarySize() {
    InferParameter size = parameters.get(BINARY_SIZE);
    boolean shared = parameters.containsKey(SHARED_MEMORY);
    int fields = (size == null ? 0 : 1) + (shared ? 1 : 0) + (dataFrom == NONE ? 0 : 1);
    if (fields != 1) {
      throw Refusals.malformed(
          "Input must set only one of the following fields: 'data', 'binary_data_size' in"
              + " 'parameters', 'shared_memory_region' in 'parameters'. But "
              + (fields == 0 ? "no field was set" : "more than one was set")
              + " for input '"
              + FieldPath.shown(name())
              + "'");
    }
    if (shared) {
      return OptionalLong.of(0);
    }
    if (size == null) {
      return OptionalLong.empty();
    }
    if (!size.hasInt64Param() || size.getInt64Param() < 0) {
      throw Refusals.unparsed(BINARY_SIZE);
    }
    return OptionalLong.of(size.getInt64Param());
  }

  /** The values of the document as the raw bytes of the protocol. */
  ByteString values() {
    JsonTensor read = data;
    if (read == null) {
      read = json.readPart(body, dataFrom, headerLength - dataFrom, this::values);
    }
    Shape told = shape(require(shape, "shape"));
    if (told.elementCount() != read.count()) {
      throw Refusals.unparsed("data", "Shape does not match true shape of 'data' field");
    }
    ByteBuffer bytes = read.bytes();
    return UnsafeByteOperations.unsafeWrap(bytes.array(), bytes.arrayOffset(), bytes.limit());
  }

  private JsonTensor values(JsonParser parser) throws IOException {
    String known = require(datatype, "datatype");
    DataType dtype =
        Datatypes.of(known)
            .orElseThrow(
                () ->
                    Refusals.malformed(
                        "invalid datatype for input " + FieldPath.shown(String.valueOf(name))));
    if (dtype == DataType.FLOAT16 || dtype == DataType.BFLOAT16) {
      throw Refusals.malformed(
          "receiving "
              + known
              + " data via JSON is not supported. Please use the binary data format for input "
              + FieldPath.shown(String.valueOf(name)));
    }
    try {
      return FlatTensor.read(parser, dtype, Math.min(MOST_HINT, headerLength / 2), budget);
    } catch (ServingException fault) {
      throw new ServingException(fault.reason(), "Unable to parse 'data': " + fault.message());
    }
  }

  private static Shape shape(List<Long> sizes) {
    try {
      return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    } catch (IllegalArgumentException impossible) {
      throw Refusals.unparsed("shape", String.valueOf(impossible.getMessage()));
    }
  }

  private static List<Long> sizes(JsonParser parser, JsonToken token) throws IOException {
    if (token != JsonToken.START_ARRAY) {
      throw Refusals.unparsed("shape");
    }
    List<Long> sizes = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
          || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw Refusals.unparsed("shape", "a size is no whole number that fits 64 bits");
      }
      if (sizes.size() == MOST_DIMENSIONS) {
        throw Refusals.unparsed("shape", "it has more than 254 dimensions");
      }
      sizes.add(parser.getLongValue());
    }
    // What is no shape at all is told before it is multiplied with anything.
    shape(sizes);
    return sizes;
  }

  static String text(JsonParser parser, JsonToken token, String key) throws IOException {
    if (token != JsonToken.VALUE_STRING) {
      throw Refusals.unparsed(key);
    }
    return parser.getText();
  }

  static <T> T require(@Nullable T value, String key) {
    if (value == null) {
      throw Refusals.unparsed(key);
    }
    return value;
  }
}
