package dev.millrace.server.gateway.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import java.io.IOException;

/** Reads values whose shape is told elsewhere: however they are nested, their order counts. */
public final class FlatTensor {
  private FlatTensor() {}

  /**
   * Reads the value that begins with the parser's present token, and leaves the parser at its last.
   *
   * @param sizeHint bytes that the tensor will probably take
   * @param budget what all tensors of the request may take
   * @return the values as a tensor of one dimension
   * @throws dev.millrace.server.model.ServingException DTYPE_MISMATCH or VALUE_REJECTED for what
   *     the element type cannot be
   */
  public static JsonTensor read(JsonParser parser, DataType dtype, int sizeHint, ByteBudget budget)
      throws IOException {
    ElementBuffer elements = new ElementBuffer(sizeHint, budget);
    ElementReader reader = new ElementReader(dtype, elements);
    long count = 0;
    int level = 0;
    JsonToken token = parser.currentToken();
    do {
      if (token == JsonToken.START_ARRAY) {
        level++;
      } else if (token == JsonToken.END_ARRAY) {
        level--;
      } else if (token == JsonToken.START_OBJECT) {
        throw Faults.type(parser, token, dtype);
      } else {
        reader.append(parser, token);
        count++;
      }
    } while (level > 0 && (token = parser.nextToken()) != null);
    return new JsonTensor(dtype, Shape.of(count), elements.toBuffer(), count);
  }
}
