package dev.millrace.server.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TensorDataTest {
  private static final TensorData SIX = Floats.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);

  @Test
  void rows_someOfThem_areAView() {
    assertThat(Floats.values(SIX.rows(1, 1))).containsExactly(3, 4);
    assertThat(SIX.rows(1, 2).shape()).isEqualTo(Shape.of(2, 2));
    assertThat(Floats.values(SIX.rows(1, 2).rows(1, 1))).containsExactly(5, 6);
    assertThat(SIX.rows(0, 3)).isSameAs(SIX);
    assertThatThrownBy(() -> SIX.rows(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void join_slices_giveTheWholeInOneReadAndInParts() {
    TensorData joined = TensorData.join(List.of(SIX.rows(2, 1), SIX.rows(0, 2)));
    assertThat(joined.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(Floats.values(joined)).containsExactly(5, 6, 1, 2, 3, 4);
    assertThat(joined.parts()).extracting(ByteBuffer::remaining).containsExactly(8, 16);
    assertThat(joined.byteCount()).isEqualTo(24);
    assertThat(Floats.values(joined.rows(0, 2))).containsExactly(5, 6, 1, 2);
    assertThat(joined.parts().get(1).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  /** Native memory is filled from parts: more bytes than the shape asks for must never be there. */
  @Test
  void join_otherRowShapeTypeOrRank_isRefused() {
    for (TensorData other :
        new TensorData[] {
          Floats.of(Shape.of(1, 3), 1, 2, 3),
          Floats.of(Shape.of(2), 1, 2),
          Floats.of(Shape.of(), 1),
          TensorData.ofBytes(DataType.INT32, Shape.of(1, 2), ByteBuffer.allocate(8))
        }) {
      assertThatThrownBy(() -> TensorData.join(List.of(SIX, other)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void strings_emptyLongAndNotUtf8_areSlicedAndJoined() {
    List<ByteBuffer> elements =
        List.of(
            ByteBuffer.allocate(0),
            ByteBuffer.wrap(new byte[] {(byte) 0xFF, 0}),
            ByteBuffer.wrap("x".repeat(1000).getBytes(StandardCharsets.UTF_8)));
    TensorData tensor = TensorData.ofStrings(Shape.of(3), elements);
    assertThat(tensor.byteCount()).isEqualTo(1002);
    assertThat(tensor.rows(1, 2).strings()).containsExactly(elements.get(1), elements.get(2));
    TensorData joined = TensorData.join(List.of(tensor.rows(2, 1), tensor.rows(0, 1)));
    assertThat(joined.strings()).containsExactly(elements.get(2), elements.get(0));
    assertThat(joined.bytes().remaining()).isZero();
    assertThat(joined.parts()).isEmpty();
  }

  @Test
  void bytes_readTwice_startAnewAndCannotBeWritten() {
    assertThat(SIX.bytes().getFloat()).isEqualTo(SIX.bytes().getFloat()).isEqualTo(1);
    assertThatThrownBy(() -> SIX.bytes().put(0, (byte) 1))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void of_elementsThatDoNotFitTheShape_isRefused() {
    assertThatThrownBy(() -> Floats.of(Shape.of(2), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> TensorData.ofBytes(DataType.INT32, Shape.of(1), ByteBuffer.allocate(5)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TensorData.ofStrings(Shape.of(2), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
