package dev.millrace.server.gateway.tfserving;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.proto.tensorflow.Feature;
import dev.millrace.server.gateway.json.ByteBudget;
import dev.millrace.server.gateway.json.JsonTensorBuilder;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one feature of an example: a value or a list of values of one kind. Numbers with a point or
 * an exponent are floats, others and truth values whole numbers, strings bytes. Confined to one
 * thread.
 */
final class FeatureReader {
  // What a feature and a value cost on the heap.
  private static final int FEATURE_COST = 200;
  private static final int VALUE_COST = 16;

  private final String name;
  private final ByteBudget budget;
  private final Feature.Builder feature = Feature.newBuilder();

  FeatureReader(String name, ByteBudget budget) {
    this.name = name;
    this.budget = budget;
  }

  Feature read(JsonParser parser) throws IOException {
    budget.take(FEATURE_COST);
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        add(parser, parser.currentToken());
      }
    } else {
      add(parser, parser.currentToken());
    }
    return feature.build();
  }

  /** The name of a value's kind. */
  static String type(@Nullable JsonToken token) {
    return token == null
        ? "Null"
        : switch (token) {
          case START_OBJECT -> "Object";
          case START_ARRAY -> "Array";
          case VALUE_STRING -> "String";
          case VALUE_TRUE -> "True";
          case VALUE_FALSE -> "False";
          case VALUE_NULL -> "Null";
          default -> "Number";
        };
  }

  private void add(JsonParser parser, JsonToken token) throws IOException {
    budget.take(VALUE_COST);
    switch (token) {
      case VALUE_TRUE, VALUE_FALSE -> addWhole(token == JsonToken.VALUE_TRUE ? 1 : 0);
      case VALUE_NUMBER_INT -> {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw refuse(" has uint64 element. Only int64 is supported.");
        }
        addWhole(parser.getLongValue());
      }
      case VALUE_NUMBER_FLOAT -> {
        require(Feature.KindCase.FLOAT_LIST);
        feature.getFloatListBuilder().addValue(number(parser));
      }
      case VALUE_STRING, START_OBJECT -> {
        if (token == JsonToken.START_OBJECT
            && !(JsonTensorBuilder.isBase64(parser.nextFieldName())
                && parser.nextToken() == JsonToken.VALUE_STRING)) {
          throw refuse(" has element with unexpected JSON type: Object");
        }
        require(Feature.KindCase.BYTES_LIST);
        feature.getBytesListBuilder().addValue(bytes(parser, token == JsonToken.START_OBJECT));
      }
      default -> throw refuse(" has element with unexpected JSON type: " + type(token));
    }
  }

  private void addWhole(long value) {
    require(Feature.KindCase.INT64_LIST);
    feature.getInt64ListBuilder().addValue(value);
  }

  private float number(JsonParser parser) throws IOException {
    return single(DataType.FLOAT32, parser, false).getFloat(0);
  }

  private ByteString bytes(JsonParser parser, boolean base64) throws IOException {
    ByteBuffer one = single(DataType.STRING, parser, base64);
    int length = one.getInt();
    return UnsafeByteOperations.unsafeWrap(one.array(), one.position(), length);
  }

  private ByteBuffer single(DataType dtype, JsonParser parser, boolean base64) throws IOException {
    JsonTensorBuilder builder = new JsonTensorBuilder(dtype, 0, budget);
    if (base64) {
      builder.addBase64(parser);
    } else {
      builder.add(parser);
    }
    return builder.single().bytes();
  }

  private void require(Feature.KindCase kind) {
    Feature.KindCase has = feature.getKindCase();
    if (has != Feature.KindCase.KIND_NOT_SET && has != kind) {
      throw new ServingException(
          ErrorReason.DTYPE_MISMATCH,
          "Unexpected element type in feature: "
              + FieldPath.shown(name)
              + " expecting type: "
              + switch (has) {
                case BYTES_LIST -> "bytes";
                case FLOAT_LIST -> "float";
                default -> "int64";
              });
    }
  }

  private ServingException refuse(String text) {
    return new ServingException(
        ErrorReason.DTYPE_MISMATCH, "Feature: " + FieldPath.shown(name) + text);
  }
}
