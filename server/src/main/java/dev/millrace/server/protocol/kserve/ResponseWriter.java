package dev.millrace.server.protocol.kserve;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.proto.inference.ModelInferResponse.InferOutputTensor;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.protocol.RawBytes;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.util.Objects;
import java.util.TreeMap;

/** Writes answers, always in raw bytes, which are wrapped and not copied. Stateless. */
final class ResponseWriter {
  private ResponseWriter() {}

  static ModelInferResponse write(ModelInferRequest request, InferenceResponse response) {
    ModelInferResponse.Builder builder =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(Long.toString(response.version().number()))
            .setId(request.getId());
    if (request.getOutputsCount() == 0) {
      new TreeMap<>(response.outputs()).forEach((name, tensor) -> add(builder, name, tensor));
    }
    for (InferRequestedOutputTensor output : request.getOutputsList()) {
      TensorData tensor = Objects.requireNonNull(response.outputs().get(output.getName()));
      int classes = ClassificationOutput.wanted(output);
      add(
          builder,
          output.getName(),
          classes == 0 ? tensor : ClassificationOutput.of(output.getName(), tensor, classes));
    }
    return builder.build();
  }

  private static void add(ModelInferResponse.Builder builder, String name, TensorData tensor) {
    InferOutputTensor.Builder output =
        InferOutputTensor.newBuilder().setName(name).setDatatype(Datatypes.name(tensor.dtype()));
    for (int i = 0; i < tensor.shape().rank(); i++) {
      output.addShape(tensor.shape().size(i));
    }
    builder.addOutputs(output).addRawOutputContents(raw(tensor));
  }

  private static ByteString raw(TensorData tensor) {
    return tensor.dtype() == DataType.STRING
        ? StringBlob.write(tensor.strings())
        : RawBytes.of(tensor);
  }
}
