package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RowsTest {
  private static final TensorData SCALAR = Floats.of(Shape.of(), 1);

  @Test
  void common_sameRows_isTheirNumber() {
    assertThat(Rows.common(Map.of("a", Floats.column(1, 2), "b", Floats.of(Shape.of(2), 1, 2))))
        .isEqualTo(2);
  }

  @Test
  void common_unequalRowsScalarOrNothing_isUnequal() {
    assertThat(Rows.common(Map.of("a", Floats.column(1, 2), "b", Floats.column(1)))).isNegative();
    assertThat(Rows.common(Map.of("a", Floats.column(1), "b", SCALAR))).isNegative();
    assertThat(Rows.common(Map.of())).isNegative();
  }

  @Test
  void rowShapes_namesInAnyOrder_areOrderedByName() {
    Map<String, TensorData> forth = new LinkedHashMap<>();
    forth.put("a", Floats.column(1, 2));
    forth.put("b", Floats.of(Shape.of(2), 1, 2));
    Map<String, TensorData> back = new LinkedHashMap<>();
    back.put("b", Floats.of(Shape.of(1), 1));
    back.put("a", Floats.column(1));
    assertThat(Rows.rowShapes(forth))
        .isEqualTo(Rows.rowShapes(back))
        .containsExactly(Shape.of(1, 1), Shape.of(1));
  }

  @Test
  void join_severalWithPadding_repeatsTheLastRow() {
    Map<String, TensorData> joined =
        Rows.join(List.of(Map.of("x", Floats.column(1, 2)), Map.of("x", Floats.column(3))), 2);
    assertThat(Floats.values(joined.get("x"))).containsExactly(1, 2, 3, 3, 3);
    assertThat(Floats.values(Rows.slice(joined, 1, 2).get("x"))).containsExactly(2, 3);
  }
}
