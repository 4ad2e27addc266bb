package dev.millrace.server.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.TensorData;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes a tensor's elements in order, in the shortest form that reads back as the same number of
 * its own width; whole floats have {@code .0}, and NaN, Infinity and -Infinity are bare. Confined
 * to one thread.
 */
public final class TensorPrinter {
  private final TensorData tensor;
  private final boolean base64;
  private final ByteBuffer bytes;
  private int string;

  /**
   * A printer at the tensor's first element.
   *
   * @param base64 true to write strings as {@code {"b64": "..."}}
   * @throws ServingException UNSUPPORTED for complex numbers
   */
  public TensorPrinter(TensorData tensor, boolean base64) {
    if (tensor.dtype() == DataType.COMPLEX64 || tensor.dtype() == DataType.COMPLEX128) {
      throw new ServingException(
          ErrorReason.VALUE_REJECTED,
          "Failed to write JSON value for tensor type: " + Faults.name(tensor.dtype()));
    }
    this.tensor = tensor;
    this.base64 = base64;
    this.bytes = tensor.bytes();
  }

  /**
   * Writes the next part of the tensor as nested lists.
   *
   * @param dimension the outermost that is written; a single value where the tensor has fewer
   */
  public void nested(JsonGenerator generator, int dimension) throws IOException {
    if (dimension >= tensor.shape().rank()) {
      next(generator);
      return;
    }
    generator.writeStartArray();
    for (long i = 0; i < tensor.shape().size(dimension); i++) {
      nested(generator, dimension + 1);
    }
    generator.writeEndArray();
  }

  /** Writes all elements as one list. */
  public void flat(JsonGenerator generator) throws IOException {
    generator.writeStartArray();
    for (long i = 0; i < tensor.shape().elementCount(); i++) {
      next(generator);
    }
    generator.writeEndArray();
  }

  private void next(JsonGenerator generator) throws IOException {
    switch (tensor.dtype()) {
      case FLOAT32 -> generator.writeNumber(bytes.getFloat());
      case FLOAT64 -> generator.writeNumber(bytes.getDouble());
      case FLOAT16 -> generator.writeNumber(HalfFloats.fromFloat16(bytes.getShort()));
      case BFLOAT16 -> generator.writeNumber(HalfFloats.fromBfloat16(bytes.getShort()));
      case INT8, QINT8 -> generator.writeNumber((int) bytes.get());
      case UINT8, QUINT8 -> generator.writeNumber(Byte.toUnsignedInt(bytes.get()));
      case INT16, QINT16 -> generator.writeNumber((int) bytes.getShort());
      case UINT16, QUINT16 -> generator.writeNumber(Short.toUnsignedInt(bytes.getShort()));
      case INT32, QINT32 -> generator.writeNumber(bytes.getInt());
      case UINT32 -> generator.writeNumber(Integer.toUnsignedLong(bytes.getInt()));
      case INT64 -> generator.writeNumber(bytes.getLong());
      case UINT64 -> unsigned(generator, bytes.getLong());
      case BOOL -> generator.writeBoolean(bytes.get() != 0);
      case STRING -> string(generator, tensor.strings().get(string++).duplicate());
      case COMPLEX64, COMPLEX128 -> throw new IllegalStateException("refused before");
    }
  }

  private static void unsigned(JsonGenerator generator, long bits) throws IOException {
    if (bits >= 0) {
      generator.writeNumber(bits);
    } else {
      generator.writeNumber(unsigned(bits));
    }
  }

  /** The number that 64 bits without a sign are. */
  public static BigInteger unsigned(long bits) {
    return new BigInteger(Long.toUnsignedString(bits));
  }

  private void string(JsonGenerator generator, ByteBuffer content) throws IOException {
    if (!base64) {
      // Bytes that are no text would make the whole answer unreadable.
      generator.writeString(StandardCharsets.UTF_8.decode(content).toString());
      return;
    }
    byte[] copy = new byte[content.remaining()];
    content.get(copy);
    generator.writeStartObject();
    generator.writeFieldName(ElementReader.BASE64);
    generator.writeBinary(copy);
    generator.writeEndObject();
  }
}
