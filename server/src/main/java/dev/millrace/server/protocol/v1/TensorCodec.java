package dev.millrace.server.protocol.v1;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.RawBytes;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.v1.Tensor;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;

/** Tensors between the native wire and the core; bytes are wrapped, not copied. Stateless. */
final class TensorCodec {
  /** The form that a tensor's values travel in. */
  enum Form {
    BYTES,
    NUMBERS
  }

  private final NumberForm numbers = new NumberForm();

  /**
   * Reads a tensor.
   *
   * @param field path of the field, for errors
   * @throws ServingException DTYPE_MISMATCH, SHAPE_MISMATCH, DATA_SIZE_MISMATCH or
   *     TENSOR_FORM_AMBIGUOUS
   */
  TensorData decode(String field, Tensor tensor) {
    DataType dtype = dtype(field, tensor);
    Shape shape = shape(field, tensor);
    requireOneForm(field, tensor);
    if (dtype == DataType.STRING) {
      requireNone(field, dtype, tensor.getFloatsCount() + tensor.getIntsCount());
      requireNone(field, dtype, tensor.getData().size());
      requireCount(field, shape, tensor.getStringsCount(), "strings");
      List<ByteBuffer> strings =
          tensor.getStringsList().stream().map(ByteString::asReadOnlyByteBuffer).toList();
      return TensorData.ofStrings(shape, strings);
    }
    requireNone(field, dtype, tensor.getStringsCount());
    if (form(tensor) == Form.NUMBERS) {
      return numbers.decode(field, dtype, shape, tensor);
    }
    long expected = byteCount(field, dtype, shape);
    if (tensor.getData().size() != expected) {
      throw refuse(
          field + ".data",
          ErrorReason.DATA_SIZE_MISMATCH,
          "expected "
              + expected
              + " bytes for "
              + dtype
              + " "
              + shape
              + ", got "
              + tensor.getData().size());
    }
    return TensorData.ofBytes(dtype, shape, tensor.getData().asReadOnlyByteBuffer());
  }

  /** Writes a tensor; STRING has one form, whatever was asked for. */
  Tensor encode(TensorData tensor, Form form) {
    Tensor.Builder builder = Tensor.newBuilder();
    builder.setDtypeValue(tensor.dtype().number());
    for (long size : tensor.shape().toArray()) {
      builder.addShape(size);
    }
    if (tensor.dtype() == DataType.STRING) {
      for (ByteBuffer string : tensor.strings()) {
        builder.addStrings(UnsafeByteOperations.unsafeWrap(string.duplicate()));
      }
    } else if (form == Form.NUMBERS && numbers.canEncode(tensor.dtype())) {
      numbers.encode(tensor, builder);
    } else {
      builder.setData(RawBytes.of(tensor));
    }
    return builder.build();
  }

  /** The form that answers to these tensors use: numbers if one of them does. */
  static Form form(Collection<Tensor> tensors) {
    return tensors.stream().anyMatch(tensor -> form(tensor) == Form.NUMBERS)
        ? Form.NUMBERS
        : Form.BYTES;
  }

  /** The form of a request's tensor. */
  static Form form(Tensor tensor) {
    return tensor.getFloatsCount() + tensor.getIntsCount() > 0 ? Form.NUMBERS : Form.BYTES;
  }

  private static DataType dtype(String field, Tensor tensor) {
    try {
      return DataType.ofNumber(tensor.getDtypeValue());
    } catch (IllegalArgumentException unknown) {
      throw refuse(
          field + ".dtype",
          ErrorReason.DTYPE_MISMATCH,
          "expected a dtype such as DATA_TYPE_FLOAT32, got "
              + (tensor.getDtypeValue() == 0 ? "none" : "number " + tensor.getDtypeValue()));
    }
  }

  private static Shape shape(String field, Tensor tensor) {
    if (tensor.getShapeCount() > 254) {
      throw refuse(
          field + ".shape",
          ErrorReason.SHAPE_MISMATCH,
          "expected at most 254 dimensions, got " + tensor.getShapeCount());
    }
    try {
      return Shape.of(tensor.getShapeList().stream().mapToLong(Long::longValue).toArray());
    } catch (IllegalArgumentException impossible) {
      throw refuse(
          field + ".shape",
          ErrorReason.SHAPE_MISMATCH,
          impossible.getMessage() + " in " + tensor.getShapeList());
    }
  }

  private static long byteCount(String field, DataType dtype, Shape shape) {
    try {
      return Math.multiplyExact(shape.elementCount(), (long) dtype.byteSize());
    } catch (ArithmeticException overflow) {
      throw refuse(
          field + ".shape",
          ErrorReason.SHAPE_MISMATCH,
          "the byte count of " + dtype + " " + shape + " overflows");
    }
  }

  private static void requireOneForm(String field, Tensor tensor) {
    int forms = tensor.getData().isEmpty() ? 0 : 1;
    forms += tensor.getStringsCount() > 0 ? 1 : 0;
    forms += tensor.getFloatsCount() > 0 ? 1 : 0;
    forms += tensor.getIntsCount() > 0 ? 1 : 0;
    if (forms > 1) {
      throw refuse(
          field,
          ErrorReason.TENSOR_FORM_AMBIGUOUS,
          "expected one of data, strings, floats and ints, got " + forms);
    }
  }

  private static void requireNone(String field, DataType dtype, int count) {
    if (count > 0) {
      throw refuse(
          field,
          ErrorReason.TENSOR_FORM_AMBIGUOUS,
          dtype == DataType.STRING
              ? "a STRING tensor's values go into strings"
              : "strings are for dtype STRING, and this one is " + dtype);
    }
  }

  static void requireCount(String field, Shape shape, int count, String form) {
    if (shape.elementCount() != count) {
      throw refuse(
          field + "." + form,
          ErrorReason.DATA_SIZE_MISMATCH,
          "expected " + shape.elementCount() + " elements for " + shape + ", got " + count);
    }
  }

  static ServingException refuse(String field, ErrorReason reason, String description) {
    return ServingException.ofViolations(List.of(new FieldViolation(field, reason, description)));
  }
}
