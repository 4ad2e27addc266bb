package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.InferParameter.ParameterChoiceCase;
import dev.millrace.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The largest values of an output as strings {@code value:index}, the largest first: of each row
 * where the output has two dimensions or more, of the whole otherwise. Stateless.
 */
final class ClassificationOutput {
  private static final String KEY = "classification";

  private ClassificationOutput() {}

  /**
   * How many classes a request wants of an output; 0 for the output as it is.
   *
   * @throws ServingException PARAMETER_INVALID
   */
  static int wanted(InferRequestedOutputTensor output) {
    InferParameter value = output.getParametersMap().get(KEY);
    if (value == null) {
      return 0;
    }
    if (value.getParameterChoiceCase() != ParameterChoiceCase.INT64_PARAM) {
      throw new ServingException(
          ErrorReason.PARAMETER_INVALID,
          "invalid value type for 'classification' parameter, expected int64_param");
    }
    if (value.getInt64Param() <= 0) {
      throw new ServingException(
          ErrorReason.PARAMETER_INVALID,
          "invalid value for 'classification' parameter, expected >= 0");
    }
    return (int) Math.min(value.getInt64Param(), Integer.MAX_VALUE);
  }

  /**
   * The classes.
   *
   * @throws ServingException VALUE_REJECTED for an output that is not of numbers
   */
  static TensorData of(String name, TensorData output, int wanted) {
    if (output.dtype() == DataType.STRING
        || output.dtype().name().startsWith("COMPLEX")
        || output.dtype().name().startsWith("Q")) {
      throw new ServingException(
          ErrorReason.PARAMETER_INVALID,
          "class result not available for output '"
              + FieldPath.shown(name)
              + "' due to unsupported type '"
              + Datatypes.name(output.dtype())
              + "'");
    }
    Shape shape = output.shape();
    boolean rows = shape.rank() > 1;
    int rowCount = rows ? Math.toIntExact(shape.size(0)) : 1;
    int width = rowCount == 0 ? 0 : Math.toIntExact(shape.elementCount() / rowCount);
    int classes = Math.min(wanted, width);
    ByteBuffer bytes = output.bytes();
    List<ByteBuffer> strings = new ArrayList<>();
    for (int row = 0; row < rowCount; row++) {
      int from = row * width;
      IntStream.range(0, width)
          .boxed()
          .sorted(
              Comparator.comparingDouble((Integer i) -> value(bytes, output.dtype(), from + i))
                  .reversed())
          .limit(classes)
          .map(i -> text(bytes, output.dtype(), from + i) + ":" + i)
          .map(text -> ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
          .forEach(strings::add);
    }
    return TensorData.ofStrings(rows ? Shape.of(rowCount, classes) : Shape.of(classes), strings);
  }

  private static String text(ByteBuffer bytes, DataType dtype, int index) {
    return switch (dtype) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 ->
          String.format(Locale.ROOT, "%f", value(bytes, dtype, index));
      case UINT64 -> Long.toUnsignedString(bytes.getLong(8 * index));
      case INT64 -> Long.toString(bytes.getLong(8 * index));
      default -> Long.toString((long) value(bytes, dtype, index));
    };
  }

  private static double value(ByteBuffer bytes, DataType dtype, int index) {
    int at = index * dtype.byteSize();
    return switch (dtype) {
      case FLOAT32 -> bytes.getFloat(at);
      case FLOAT64 -> bytes.getDouble(at);
      case FLOAT16 -> HalfFloats.fromFloat16(bytes.getShort(at));
      case BFLOAT16 -> HalfFloats.fromBfloat16(bytes.getShort(at));
      case BOOL, UINT8 -> Byte.toUnsignedInt(bytes.get(at));
      case INT8 -> bytes.get(at);
      case UINT16 -> Short.toUnsignedInt(bytes.getShort(at));
      case INT16 -> bytes.getShort(at);
      case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
      case INT32 -> bytes.getInt(at);
      case UINT64 -> unsigned(bytes.getLong(at));
      default -> bytes.getLong(at);
    };
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : (bits >>> 1) * 2.0;
  }
}
