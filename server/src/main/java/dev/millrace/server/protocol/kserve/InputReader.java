package dev.millrace.server.protocol.kserve;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a request's inputs; raw bytes are wrapped, not copied. Stateless. */
final class InputReader {
  private static final int MOST_DIMENSIONS = 254;
  private static final String SHARED_MEMORY = "shared_memory_region";

  private final TypedContents typed = new TypedContents();

  /**
   * All inputs by name.
   *
   * @throws ServingException with Triton's texts
   */
  Map<String, TensorData> read(ModelInferRequest request) {
    String model = request.getModelName();
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    int blobs = request.getRawInputContentsCount();
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor input = request.getInputs(i);
      String subject = "input '" + FieldPath.shown(input.getName()) + "' for model '" + model + "'";
      if (input.containsParameters(SHARED_MEMORY)) {
        throw new ServingException(
            ErrorReason.UNSUPPORTED,
            "shared memory is not supported; send the data of " + subject + " in the request");
      }
      TensorData tensor;
      if (blobs == 0) {
        tensor = typed.read(input, dtype(input, subject), shape(input, subject), model);
      } else if (input.hasContents()) {
        throw new ServingException(
            ErrorReason.TENSOR_FORM_AMBIGUOUS,
            "contents field must not be specified when using raw_input_contents for '"
                + FieldPath.shown(input.getName())
                + "' for model '"
                + model
                + "'");
      } else if (i >= blobs) {
        throw TypedContents.noData(input, model);
      } else {
        tensor =
            raw(
                request.getRawInputContents(i),
                dtype(input, subject),
                shape(input, subject),
                subject);
      }
      if (inputs.put(input.getName(), tensor) != null) {
        throw new ServingException(
            ErrorReason.INPUT_UNEXPECTED,
            "input '" + FieldPath.shown(input.getName()) + "' already exists in request");
      }
    }
    if (blobs > request.getInputsCount()) {
      throw new ServingException(
          ErrorReason.DATA_SIZE_MISMATCH,
          "unexpected additional input data for model '" + model + "'");
    }
    return inputs;
  }

  private static TensorData raw(ByteString blob, DataType dtype, Shape shape, String subject) {
    if (dtype == DataType.STRING) {
      return TensorData.ofStrings(shape, StringBlob.read(blob, shape.elementCount(), subject));
    }
    if (blob.size() != (double) shape.elementCount() * dtype.byteSize()) {
      throw wrongSize(shape.elementCount() * dtype.byteSize(), blob.size(), subject);
    }
    return TensorData.ofBytes(dtype, shape, blob.asReadOnlyByteBuffer());
  }

  static ServingException wrongSize(long expected, long got, String subject) {
    return new ServingException(
        ErrorReason.DATA_SIZE_MISMATCH,
        "input byte size mismatch for " + subject + ". Expected " + expected + ", got " + got);
  }

  private static DataType dtype(InferInputTensor input, String subject) {
    return Datatypes.of(input.getDatatype())
        .orElseThrow(
            () ->
                new ServingException(
                    ErrorReason.DTYPE_MISMATCH,
                    "unknown datatype '"
                        + FieldPath.shown(input.getDatatype())
                        + "' of "
                        + subject
                        + "; write for example FP32, INT64 or BYTES"));
  }

  private static Shape shape(InferInputTensor input, String subject) {
    try {
      if (input.getShapeCount() > MOST_DIMENSIONS) {
        throw new IllegalArgumentException("it has more than 254 dimensions");
      }
      long[] sizes = new long[input.getShapeCount()];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = input.getShape(i);
      }
      return Shape.of(sizes);
    } catch (IllegalArgumentException impossible) {
      throw new ServingException(
          ErrorReason.SHAPE_MISMATCH,
          "invalid shape of " + subject + ": " + impossible.getMessage());
    }
  }
}
