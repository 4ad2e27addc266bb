package dev.millrace.server.gateway.kserve;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.proto.inference.ModelInferResponse.InferOutputTensor;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.gateway.json.TensorPrinter;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes answers of inferences. Thread-safe. */
final class InferPrinter {
  private static final int CHARACTERS_PER_BYTE = 4;
  private static final int MOST_HINT = 1 << 24;

  private final StrictJson json;

  InferPrinter(StrictJson json) {
    this.json = json;
  }

  InferAnswer print(InferBody body, ModelInferResponse response) {
    List<ByteString> blobs = new ArrayList<>();
    long written = 0;
    boolean binary = false;
    for (int i = 0; i < response.getOutputsCount(); i++) {
      ByteString raw = response.getRawOutputContents(i);
      if (body.isBinary(response.getOutputs(i).getName())) {
        blobs.add(raw);
        binary = true;
      } else {
        written += raw.size();
      }
    }
    byte[] document =
        json.write(
            (int) Math.min(MOST_HINT, 200 + CHARACTERS_PER_BYTE * written),
            generator -> document(generator, body, response));
    return new InferAnswer(document, blobs, binary);
  }

  private static void document(JsonGenerator generator, InferBody body, ModelInferResponse response)
      throws IOException {
    generator.writeStartObject();
    generator.writeStringField("model_name", response.getModelName());
    generator.writeStringField("model_version", response.getModelVersion());
    if (!response.getId().isEmpty()) {
      generator.writeStringField("id", response.getId());
    }
    if (response.getParametersCount() > 0) {
      parameters(generator, response.getParametersMap());
    }
    generator.writeArrayFieldStart("outputs");
    for (int i = 0; i < response.getOutputsCount(); i++) {
      InferOutputTensor output = response.getOutputs(i);
      generator.writeStartObject();
      generator.writeStringField("name", output.getName());
      generator.writeStringField("datatype", output.getDatatype());
      generator.writeArrayFieldStart("shape");
      for (long size : output.getShapeList()) {
        generator.writeNumber(size);
      }
      generator.writeEndArray();
      ByteString raw = response.getRawOutputContents(i);
      if (body.isBinary(output.getName())) {
        generator.writeObjectFieldStart("parameters");
        generator.writeNumberField("binary_data_size", raw.size());
        generator.writeEndObject();
      } else {
        generator.writeFieldName("data");
        new TensorPrinter(tensor(output, raw), false).flat(generator);
      }
      generator.writeEndObject();
    }
    generator.writeEndArray();
    generator.writeEndObject();
  }

  private static void parameters(JsonGenerator generator, Map<String, InferParameter> parameters)
      throws IOException {
    generator.writeObjectFieldStart("parameters");
    for (Map.Entry<String, InferParameter> entry : new TreeMap<>(parameters).entrySet()) {
      InferParameter value = entry.getValue();
      generator.writeFieldName(entry.getKey());
      switch (value.getParameterChoiceCase()) {
        case BOOL_PARAM -> generator.writeBoolean(value.getBoolParam());
        case INT64_PARAM -> generator.writeNumber(value.getInt64Param());
        case UINT64_PARAM -> generator.writeNumber(TensorPrinter.unsigned(value.getUint64Param()));
        case DOUBLE_PARAM -> generator.writeNumber(value.getDoubleParam());
        default -> generator.writeString(value.getStringParam());
      }
    }
    generator.writeEndObject();
  }

  private static TensorData tensor(InferOutputTensor output, ByteString raw) {
    DataType dtype = Datatypes.of(output.getDatatype()).orElseThrow();
    if (dtype == DataType.FLOAT16 || dtype == DataType.BFLOAT16) {
      throw Refusals.malformed(
          "sending "
              + output.getDatatype()
              + " data via JSON is not supported. Please use the binary data format for output "
              + output.getName());
    }
    Shape shape = Shape.of(output.getShapeList().stream().mapToLong(Long::longValue).toArray());
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (dtype != DataType.STRING) {
      return TensorData.ofBytes(dtype, shape, bytes);
    }
    List<ByteBuffer> strings = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int length = bytes.getInt();
      strings.add(bytes.slice(bytes.position(), length));
      bytes.position(bytes.position() + length);
    }
    return TensorData.ofStrings(shape, strings);
  }
}
