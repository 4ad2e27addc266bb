package dev.millrace.server.protocol.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.v1.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TensorCodecTest {
  private final TensorCodec codec = new TensorCodec();

  @ParameterizedTest
  @EnumSource
  void decode_bytesOfEveryType_comeBackAsTheyWere(DataType dtype) {
    Tensor.Builder builder =
        Tensor.newBuilder().setDtypeValue(dtype.number()).addShape(3).addShape(2);
    if (dtype == DataType.STRING) {
      for (int i = 0; i < 6; i++) {
        builder.addStrings(ByteString.copyFrom(new byte[i * 10]));
      }
    } else {
      byte[] bytes = new byte[6 * dtype.byteSize()];
      new Random(1).nextBytes(bytes);
      builder.setData(ByteString.copyFrom(bytes));
    }
    Tensor tensor = builder.build();
    assertThat(codec.encode(codec.decode("t", tensor), TensorCodec.Form.BYTES)).isEqualTo(tensor);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})
  void decode_intsOfEveryWholeType_comeBackAsTheyWere(DataType dtype) {
    Tensor tensor =
        Tensor.newBuilder().setDtypeValue(dtype.number()).addShape(2).addInts(0).addInts(1).build();
    assertThat(codec.encode(codec.decode("t", tensor), TensorCodec.Form.NUMBERS)).isEqualTo(tensor);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void decode_floatsOfEveryDecimalType_comeBackAsTheyWere(DataType dtype) {
    Tensor tensor =
        Tensor.newBuilder()
            .setDtypeValue(dtype.number())
            .addShape(3)
            .addFloats(-1.5f)
            .addFloats(0)
            .addFloats(Float.POSITIVE_INFINITY)
            .build();
    assertThat(codec.encode(codec.decode("t", tensor), TensorCodec.Form.NUMBERS)).isEqualTo(tensor);
  }

  @Test
  void decode_bytes_areNotCopied() {
    byte[] bytes = {1, 2, 3, 4};
    Tensor tensor =
        Tensor.newBuilder()
            .setDtypeValue(DataType.INT32.number())
            .addShape(1)
            .setData(com.google.protobuf.UnsafeByteOperations.unsafeWrap(bytes))
            .build();
    TensorData decoded = codec.decode("t", tensor);
    bytes[0] = 9;
    assertThat(decoded.bytes().get(0)).isEqualTo((byte) 9);
  }

  @Test
  void decode_scalar_isOneElement() {
    Tensor tensor = Tensor.newBuilder().setDtypeValue(1).addFloats(2).build();
    assertThat(codec.decode("t", tensor).shape().rank()).isZero();
  }

  @Test
  void decode_badTensors_areRefusedWithTheirReasons() {
    assertRefused(Tensor.newBuilder(), ErrorReason.DTYPE_MISMATCH);
    assertRefused(Tensor.newBuilder().setDtypeValue(20), ErrorReason.DTYPE_MISMATCH);
    assertRefused(floats().addShape(-1), ErrorReason.SHAPE_MISMATCH);
    assertRefused(floats().addShape(1L << 40).addShape(1L << 40), ErrorReason.SHAPE_MISMATCH);
    assertRefused(floats().addShape(1L << 62), ErrorReason.SHAPE_MISMATCH);
    assertRefused(floats().addShape(2), ErrorReason.DATA_SIZE_MISMATCH);
    assertRefused(
        floats().addShape(2).setData(ByteString.copyFrom(new byte[7])),
        ErrorReason.DATA_SIZE_MISMATCH);
    assertRefused(floats().addShape(2).addFloats(1), ErrorReason.DATA_SIZE_MISMATCH);
    assertRefused(floats().addShape(1).addFloats(1).addInts(1), ErrorReason.TENSOR_FORM_AMBIGUOUS);
    assertRefused(floats().addShape(1).addInts(1), ErrorReason.TENSOR_FORM_AMBIGUOUS);
    assertRefused(
        floats().addShape(1).addStrings(ByteString.EMPTY), ErrorReason.TENSOR_FORM_AMBIGUOUS);
    assertRefused(
        Tensor.newBuilder().setDtypeValue(7).addShape(1).addFloats(1),
        ErrorReason.TENSOR_FORM_AMBIGUOUS);
    assertRefused(
        Tensor.newBuilder().setDtypeValue(DataType.UINT8.number()).addShape(1).addInts(256),
        ErrorReason.VALUE_REJECTED);
  }

  @Test
  void halfFloats_everyPattern_survivesTheWayThroughFloat() {
    for (int bits = 0; bits <= 0xFFFF; bits++) {
      float half = HalfFloats.fromFloat16((short) bits);
      if (!Float.isNaN(half)) {
        assertThat(HalfFloats.toFloat16(half)).isEqualTo((short) bits);
      }
      float brain = HalfFloats.fromBfloat16((short) bits);
      if (!Float.isNaN(brain)) {
        assertThat(HalfFloats.toBfloat16(brain)).isEqualTo((short) bits);
      }
    }
    assertThat(HalfFloats.toFloat16(65519f)).isEqualTo((short) 0x7BFF);
    assertThat(HalfFloats.toFloat16(65520f)).isEqualTo((short) 0x7C00);
    assertThat(HalfFloats.toFloat16(1 + 0x1p-11f)).isEqualTo((short) 0x3C00);
    assertThat(HalfFloats.toFloat16(1 + 0x1.8p-11f)).isEqualTo((short) 0x3C01);
  }

  private static Tensor.Builder floats() {
    return Tensor.newBuilder().setDtypeValue(DataType.FLOAT32.number());
  }

  private void assertRefused(Tensor.Builder tensor, ErrorReason reason) {
    ServingException error =
        catchThrowableOfType(ServingException.class, () -> codec.decode("t", tensor.build()));
    assertThat(error).as("%s", tensor).isNotNull();
    assertThat(error.reason()).as(error.message()).isEqualTo(reason);
    assertThat(error.violations()).hasSize(1);
  }
}
