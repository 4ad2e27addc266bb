package dev.millrace.server.gateway.kserve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.server.model.FieldPath;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads objects of parameters. Stateless. */
final class ParameterReader {
  private static final int UINT64_BITS = 64;

  private ParameterReader() {}

  static Map<String, InferParameter> read(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw Refusals.unparsed("parameters");
    }
    Map<String, InferParameter> parameters = new HashMap<>();
    String key;
    while ((key = parser.nextFieldName()) != null) {
      parameters.put(key, value(key, parser, parser.nextToken()));
    }
    return parameters;
  }

  private static InferParameter value(String key, JsonParser parser, JsonToken token)
      throws IOException {
    InferParameter.Builder parameter = InferParameter.newBuilder();
    switch (token) {
      case VALUE_TRUE, VALUE_FALSE -> parameter.setBoolParam(token == JsonToken.VALUE_TRUE);
      case VALUE_STRING -> parameter.setStringParam(parser.getText());
      case VALUE_NUMBER_FLOAT -> parameter.setDoubleParam(parser.getDoubleValue());
      case VALUE_NUMBER_INT -> {
        if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
          parameter.setInt64Param(parser.getLongValue());
        } else if (parser.getBigIntegerValue().signum() > 0
            && parser.getBigIntegerValue().bitLength() <= UINT64_BITS) {
          parameter.setUint64Param(parser.getBigIntegerValue().longValue());
        } else {
          throw Refusals.unparsed(FieldPath.shown(key));
        }
      }
      default ->
          throw Refusals.malformed(
              "parameter '"
                  + FieldPath.shown(key)
                  + "' has invalid type. It should be either 'int', 'bool', or 'string'.");
    }
    return parameter.build();
  }
}
