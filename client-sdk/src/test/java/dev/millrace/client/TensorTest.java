package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TensorTest {
  @Test
  void factories_values_areReadBack() {
    assertThat(Tensor.ofFloats(new float[] {1, 2}, 2).floats()).containsExactly(1, 2);
    assertThat(Tensor.ofLongs(new long[] {3}, 1).longs()).containsExactly(3);
    assertThat(Tensor.ofInts(new int[] {4}).ints()).containsExactly(4);
    assertThat(Tensor.ofStrings(List.of(new byte[] {5}), 1).strings().get(0)).containsExactly(5);
    assertThat(Tensor.ofRows(new float[][] {{1, 2}, {3, 4}}).shape()).containsExactly(2, 2);
    assertThat(Tensor.ofRows(new float[][] {{1, 2}}, 2, 1).shape()).containsExactly(1, 2, 1);
  }

  @Test
  void factories_shapeThatDoesNotFit_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Tensor.ofFloats(new float[3], 2));
    assertThatIllegalArgumentException().isThrownBy(() -> Tensor.ofFloats(new float[1], -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.ofBytes(DataType.INT32, ByteBuffer.allocate(5), 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.ofBytes(DataType.STRING, ByteBuffer.allocate(0), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.ofRows(new float[][] {{1}, {1, 2}}));
  }

  @Test
  void readers_anotherType_areRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Tensor.ofInts(new int[] {1}).floats())
        .withMessageContaining("INT32");
  }

  @Test
  void strings_changedByTheCaller_stayAsTheyWere() {
    byte[] bytes = {1};
    Tensor tensor = Tensor.ofStrings(List.of(bytes), 1);
    bytes[0] = 9;
    tensor.strings().get(0)[0] = 9;
    assertThat(tensor.strings().get(0)).containsExactly(1);
  }
}
