package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import dev.millrace.server.testing.ScriptedServable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ExamplesTest {
  @ParameterizedTest
  @EnumSource(DataType.class)
  void examples_everyType_fitTheSpec(DataType dtype) {
    TensorSpec spec = new TensorSpec(dtype, ShapeSpec.of(-1, 3, -1));
    for (TensorData x :
        new TensorData[] {
          Examples.plain(ScriptedServable.signature(spec)).get("x"),
          Examples.varied(ScriptedServable.signature(spec), 1).get("x")
        }) {
      assertThat(x.dtype()).isEqualTo(dtype);
      assertThat(x.shape()).isEqualTo(Shape.of(1, 3, 1));
    }
  }

  @Test
  void obstacle_unknownRankOrHugeInput_isNamed() {
    assertThat(obstacle(DataType.FLOAT32, ShapeSpec.unknownRank()))
        .isEqualTo("input 'x' has no known rank");
    String large = "input 'x' is larger than 64 MiB";
    assertThat(obstacle(DataType.FLOAT32, ShapeSpec.of(-1, (16 << 20) + 1))).isEqualTo(large);
    assertThat(obstacle(DataType.FLOAT32, ShapeSpec.of(-1, 16 << 20))).isEmpty();
    assertThat(obstacle(DataType.STRING, ShapeSpec.of(60_000_000))).isEqualTo(large);
  }

  @Test
  void obstacle_elementCountOverflows_isTooLarge() {
    assertThat(obstacle(DataType.UINT8, ShapeSpec.of(1L << 40, 1L << 40)))
        .isEqualTo("input 'x' is larger than 64 MiB");
  }

  private static String obstacle(DataType dtype, ShapeSpec shape) {
    return Examples.obstacle(ScriptedServable.signature(new TensorSpec(dtype, shape))).orElse("");
  }
}
