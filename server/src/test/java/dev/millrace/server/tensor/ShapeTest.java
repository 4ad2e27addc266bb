package dev.millrace.server.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class ShapeTest {
  @Test
  void elementCount_scalar_isOne() {
    assertThat(Shape.of().elementCount()).isEqualTo(1);
  }

  @Test
  void elementCount_severalDimensions_isTheirProduct() {
    assertThat(Shape.of(2, 28, 28, 1).elementCount()).isEqualTo(1568);
  }

  @Test
  void of_negativeDimension_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(1, -1))
        .withMessageContaining("-1");
  }

  @Test
  void of_productBeyondLong_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(1L << 32, 1L << 32));
  }

  @Test
  void of_overflowHiddenByZero_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(0, 1L << 32, 1L << 32));
  }

  @Test
  void accepts_openDimension_takesAnySizeButNotAnotherRank() {
    ShapeSpec spec = ShapeSpec.of(-1, 28);
    assertThat(spec.accepts(Shape.of(5, 28))).isTrue();
    assertThat(spec.accepts(Shape.of(5, 27))).isFalse();
    assertThat(spec.accepts(Shape.of(28))).isFalse();
    assertThat(ShapeSpec.unknownRank().accepts(Shape.of(28))).isTrue();
  }

  @Test
  void tensorData_bytesThatDoNotFit_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TensorData.ofBytes(DataType.FLOAT32, Shape.of(2), ByteBuffer.allocate(9)));
  }

  @Test
  void ofNumber_everyType_isItself() {
    for (DataType type : DataType.values()) {
      assertThat(DataType.ofNumber(type.number())).isEqualTo(type);
    }
  }
}
