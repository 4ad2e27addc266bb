package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RawBytesTest {
  @Test
  void of_tensorsOnTheHeap_areTheirOwnMemory() {
    byte[] memory = {1, 2, 3, 4, 5, 6};
    TensorData whole = tensor(memory);
    ByteString ofWhole = RawBytes.of(whole);
    ByteString ofRows = RawBytes.of(whole.rows(1, 2));
    assertThat(ofWhole.toByteArray()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(ofRows.toByteArray()).containsExactly(3, 4, 5, 6);
    // Nobody does this to a tensor; here it shows that nothing was copied.
    memory[3] = 9;
    assertThat(ofWhole.byteAt(3)).isEqualTo((byte) 9);
    assertThat(ofRows.byteAt(1)).isEqualTo((byte) 9);
  }

  @Test
  void of_tensorsJoined_areTheMemoryOfEach() {
    byte[] memory = new byte[1000];
    memory[0] = 1;
    TensorData whole = tensor(memory);
    ByteString joined = RawBytes.of(TensorData.join(List.of(whole.rows(100, 200), whole)));
    assertThat(joined.size()).isEqualTo(1400);
    assertThat(joined.byteAt(400)).isEqualTo((byte) 1);
    memory[0] = 9;
    assertThat(joined.byteAt(400)).isEqualTo((byte) 9);
  }

  @Test
  void of_tensorsThatCannotBeShared_areCopies() {
    byte[] memory = {1, 2};
    TensorData readOnly =
        TensorData.ofBytes(DataType.UINT8, Shape.of(2), ByteBuffer.wrap(memory).asReadOnlyBuffer());
    assertThat(RawBytes.of(readOnly).toByteArray()).containsExactly(1, 2);
    assertThat(RawBytes.of(tensor(new byte[0])).isEmpty()).isTrue();
  }

  @Test
  void bytes_ofATensor_cannotBeWrittenTo() {
    assertThat(tensor(new byte[] {1, 2}).bytes().isReadOnly()).isTrue();
    assertThat(tensor(new byte[] {1, 2}).parts()).allMatch(ByteBuffer::isReadOnly);
  }

  private static TensorData tensor(byte[] memory) {
    return TensorData.ofBytes(
        DataType.UINT8, Shape.of(memory.length / 2, 2), ByteBuffer.wrap(memory));
  }
}
