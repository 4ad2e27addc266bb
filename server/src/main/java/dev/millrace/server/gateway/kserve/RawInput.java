package dev.millrace.server.gateway.kserve;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.proto.inference.ModelConfig;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInput;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.tensor.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A body that is one input's bytes and nothing else, for a model with one input of at most one
 * dimension that is open: one row of it. Stateless.
 */
final class RawInput {
  private static final int PREFIX = 4;

  private RawInput() {}

  /**
   * The request of a body; outputs come as bytes.
   *
   * @param config what the model takes
   */
  static InferBody read(String model, String version, byte[] body, ModelConfig config) {
    if (config.getInputCount() != 1) {
      throw Refusals.malformed(
          "raw input is only for a model with one input; '"
              + FieldPath.shown(model)
              + "' has "
              + config.getInputCount());
    }
    ModelInput input = config.getInput(0);
    DataType dtype =
        Datatypes.ofConfigured(input.getDataType().name())
            .orElseThrow(
                () ->
                    Refusals.malformed(
                        "raw input is not for the datatype of input '" + input.getName() + "'"));
    List<Long> shape = new ArrayList<>();
    if (config.getMaxBatchSize() > 0) {
      shape.add(1L);
    }
    ByteString content;
    if (dtype == DataType.STRING) {
      input.getDimsList().forEach(size -> shape.add(1L));
      content = prefixed(body);
    } else {
      sizes(input, body.length, dtype.byteSize(), shape);
      content = UnsafeByteOperations.unsafeWrap(body);
    }
    return new InferBody(
        ModelInferRequest.newBuilder()
            .setModelName(model)
            .setModelVersion(version)
            .addInputs(
                ModelInferRequest.InferInputTensor.newBuilder()
                    .setName(input.getName())
                    .setDatatype(Datatypes.name(dtype))
                    .addAllShape(shape))
            .addRawInputContents(content)
            .build(),
        true,
        Map.of());
  }

  private static void sizes(ModelInput input, int bytes, int byteSize, List<Long> shape) {
    long fixed = byteSize;
    int open = 0;
    for (long size : input.getDimsList()) {
      if (size < 0) {
        open++;
      } else {
        fixed *= size;
      }
    }
    if (open > 1) {
      throw Refusals.malformed(
          "The shape of the raw input '"
              + input.getName()
              + "' can not be deduced because there are more than one variable-sized dimension");
    }
    if (fixed == 0 || bytes % fixed != 0 || (open == 0 && bytes != fixed)) {
      throw Refusals.malformed(
          "The size of the raw input '"
              + input.getName()
              + "' is "
              + bytes
              + " bytes; expected "
              + (open == 0 ? "" : "a multiple of ")
              + fixed);
    }
    for (long size : input.getDimsList()) {
      shape.add(size < 0 ? bytes / fixed : size);
    }
  }

  private static ByteString prefixed(byte[] body) {
    ByteBuffer length = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    return UnsafeByteOperations.unsafeWrap(length.putInt(body.length).flip())
        .concat(UnsafeByteOperations.unsafeWrap(body));
  }
}
