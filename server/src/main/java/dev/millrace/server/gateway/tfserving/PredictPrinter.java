package dev.millrace.server.gateway.tfserving;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.gateway.json.TensorPrinter;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Writes answers of Predict calls, by rows or by columns. Thread-safe. */
final class PredictPrinter {
  private static final String BYTES_SUFFIX = "_bytes";
  private static final int CHARACTERS_PER_BYTE = 4;

  private final StrictJson json;

  PredictPrinter(StrictJson json) {
    this.json = json;
  }

  byte[] print(PredictResponse response, boolean rows) {
    Map<String, TensorData> outputs = new TreeMap<>();
    long size = 0;
    for (var output : response.getOutputsMap().entrySet()) {
      TensorData tensor = Tensors.data(output.getValue());
      size += tensor.byteCount();
      outputs.put(output.getKey(), tensor);
    }
    if (outputs.isEmpty()) {
      throw unfit("Cannot convert empty tensor map to JSON");
    }
    int hint = (int) Math.min(1 << 24, 64 + CHARACTERS_PER_BYTE * size);
    return json.write(
        hint,
        generator -> {
          generator.writeStartObject();
          if (rows) {
            rows(generator, outputs);
          } else {
            columns(generator, outputs);
          }
          generator.writeEndObject();
        });
  }

  private static void rows(JsonGenerator generator, Map<String, TensorData> outputs)
      throws IOException {
    long count = rowCount(outputs);
    Map<String, TensorPrinter> printers = printers(outputs);
    boolean named = outputs.size() > 1;
    generator.writeFieldName("predictions");
    generator.writeStartArray();
    for (long row = 0; row < count; row++) {
      values(generator, printers, named, 1);
    }
    generator.writeEndArray();
  }

  private static void columns(JsonGenerator generator, Map<String, TensorData> outputs)
      throws IOException {
    generator.writeFieldName("outputs");
    values(generator, printers(outputs), outputs.size() > 1, 0);
  }

  private static void values(
      JsonGenerator generator, Map<String, TensorPrinter> printers, boolean named, int dimension)
      throws IOException {
    if (named) {
      generator.writeStartObject();
    }
    for (Map.Entry<String, TensorPrinter> printer : printers.entrySet()) {
      if (named) {
        generator.writeFieldName(printer.getKey());
      }
      printer.getValue().nested(generator, dimension);
    }
    if (named) {
      generator.writeEndObject();
    }
  }

  private static Map<String, TensorPrinter> printers(Map<String, TensorData> outputs) {
    Map<String, TensorPrinter> printers = new TreeMap<>();
    outputs.forEach(
        (name, tensor) ->
            printers.put(
                name,
                new TensorPrinter(
                    tensor, tensor.dtype() == DataType.STRING && name.endsWith(BYTES_SUFFIX))));
    return printers;
  }

  private static long rowCount(Map<String, TensorData> outputs) {
    long count = -1;
    for (Map.Entry<String, TensorData> output : outputs.entrySet()) {
      if (output.getValue().shape().rank() == 0) {
        throw unfit("Tensor name: " + output.getKey() + " has no shape information ");
      }
      long rows = output.getValue().shape().size(0);
      if (count >= 0 && rows != count) {
        throw unfit(
            "Tensor name: "
                + output.getKey()
                + " has inconsistent batch size: "
                + rows
                + " expecting: "
                + count);
      }
      count = rows;
    }
    return count;
  }

  private static ServingException unfit(String text) {
    return new ServingException(ErrorReason.VALUE_REJECTED, text);
  }
}
