package dev.millrace.server.tensorflow.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

final class PredictionLogsTest {
  private static final Shape SHAPE = Shape.of(2, 3);

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STRING")
  void read_everyFixedSizeType_comesBackBitForBit(DataType dtype) throws Exception {
    byte[] bytes = new byte[6 * dtype.byteSize()];
    new Random(1).nextBytes(bytes);

    TensorData read = roundTrip(TensorData.ofBytes(dtype, SHAPE, ByteBuffer.wrap(bytes)));

    assertThat(read.dtype()).isEqualTo(dtype);
    assertThat(read.shape()).isEqualTo(SHAPE);
    assertThat(read.bytes()).isEqualTo(ByteBuffer.wrap(bytes));
  }

  @Test
  void read_strings_comeBackByteForByte() throws Exception {
    List<ByteBuffer> strings =
        List.of(ByteBuffer.wrap(new byte[] {0, -1}), ByteBuffer.wrap(new byte[0]));

    TensorData read = roundTrip(TensorData.ofStrings(Shape.of(2, 1), strings));

    assertThat(read.shape()).isEqualTo(Shape.of(2, 1));
    assertThat(read.strings()).isEqualTo(strings);
  }

  @Test
  void read_signatureAndOutputs_comeBack() throws Exception {
    WarmUpRequest request = new WarmUpRequest("score", Map.of(), List.of("b", "a"));

    assertThat(PredictionLogs.read(PredictionLogs.write(request), new ByteBudget(0)))
        .hasValue(request);
  }

  @Test
  void read_valuesBeyondTheBudget_areRefusedUnread() {
    assertRefused(
        TensorProto.newBuilder().setDtypeValue(4).setTensorShape(shape(1L << 40)).addIntVal(1),
        "take more than 1 MiB");
    assertRefused(
        TensorProto.newBuilder().setDtypeValue(7).setTensorShape(shape(1L << 40)),
        "take more than 1 MiB");
    assertRefused(
        TensorProto.newBuilder()
            .setDtypeValue(7)
            .setTensorShape(shape(1000))
            .addStringVal(ByteString.copyFrom(new byte[10_000])),
        "take more than 1 MiB");
  }

  @Test
  void read_impossibleTensors_areRefused() {
    assertRefused(TensorProto.newBuilder().setDtypeValue(20), "element type");
    assertRefused(TensorProto.newBuilder(), "element type");
    assertRefused(tensor().setTensorShape(shape(-1)), "shape is none");
    assertRefused(tensor().setTensorShape(shape(1L << 62, 4)), "shape is none");
    assertRefused(
        tensor().setTensorShape(TensorShapeProto.newBuilder().setUnknownRank(true)), "no shape");
    assertRefused(tensor().setTensorContent(ByteString.copyFrom(new byte[3])), "bytes");
  }

  @Test
  void read_packedStringsOfTheWrongSize_areRefused() {
    TensorProto.Builder two = TensorProto.newBuilder().setDtypeValue(7).setTensorShape(shape(2));

    assertRefused(two.setTensorContent(bytes(1)), "fewer strings");
    assertRefused(two.setTensorContent(bytes(1, 1, 'a')), "fewer strings");
    assertRefused(two.setTensorContent(bytes(1, 1, 'a', 'b', 'c')), "more bytes");
  }

  @Test
  void read_noMessage_isRefused() {
    for (byte[] bytes : List.of(new byte[] {1}, new byte[] {0x32, 5, 1}, new byte[] {0x0c})) {
      assertThatExceptionOfType(DamagedRecordException.class)
          .isThrownBy(() -> PredictionLogs.read(bytes, new ByteBudget(0)))
          .withMessage("it is no PredictionLog");
    }
  }

  @Test
  void read_anyByteChanged_isReadOrRefused() throws IOException {
    byte[] file = pythonsFile();
    TfRecordReader records = new TfRecordReader(new ByteArrayInputStream(file), file.length);
    Random random = new Random(1);
    for (Optional<byte[]> record = records.next(); record.isPresent(); record = records.next()) {
      for (int i = 0; i < record.get().length * 20; i++) {
        byte[] changed = record.get().clone();
        changed[i / 20] = (byte) random.nextInt();
        try {
          PredictionLogs.read(changed, new ByteBudget(1 << 20));
        } catch (DamagedRecordException refused) {
          assertThat(refused).hasMessageNotContaining("/");
        }
      }
    }
  }

  private byte[] pythonsFile() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(getClass().getResourceAsStream("/warmup/python.tfrecord"))) {
      return file.readAllBytes();
    }
  }

  private static TensorData roundTrip(TensorData tensor) throws DamagedRecordException {
    WarmUpRequest request = new WarmUpRequest("s", Map.of("x", tensor), List.of());
    return PredictionLogs.read(PredictionLogs.write(request), new ByteBudget(1 << 20))
        .orElseThrow()
        .inputs()
        .get("x");
  }

  private static void assertRefused(TensorProto.Builder tensor, String why) {
    assertThatExceptionOfType(DamagedRecordException.class)
        .isThrownBy(() -> TensorProtos.read(tensor.build(), new ByteBudget(1 << 20)))
        .withMessageContaining(why);
  }

  private static TensorProto.Builder tensor() {
    return TensorProto.newBuilder().setDtypeValue(1);
  }

  private static TensorShapeProto shape(long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      shape.addDimBuilder().setSize(size);
    }
    return shape.build();
  }

  private static ByteString bytes(int... values) {
    ByteString.Output out = ByteString.newOutput();
    for (int value : values) {
      out.write(value);
    }
    return out.toByteString();
  }
}
