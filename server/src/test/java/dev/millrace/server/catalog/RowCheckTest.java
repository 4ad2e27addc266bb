package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.ScriptedServable;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RowCheckTest {
  private static final Signature OPEN = ScriptedServable.signature(ShapeSpec.of(-1, 2));
  private static final String DEPENDS = "output 'y' of a row depends on the rows beside it";
  private static final String NO_ROWS = "output 'y' does not have a row for each row of input";

  @Test
  void obstacle_eachRowByItself_isNone() {
    assertThat(check(x -> map(x, v -> 2 * v + 1))).isEmpty();
  }

  @Test
  void obstacle_roundingDiffers_isNone() {
    assertThat(check(x -> map(x, v -> v * (1 + x.shape().size(0) * 1e-6f)))).isEmpty();
  }

  @Test
  void obstacle_normalisedOverTheBatch_isNamed() {
    assertThat(check(RowCheckTest::minusMean)).isEqualTo(DEPENDS);
  }

  @Test
  void obstacle_reversed_isNamed() {
    assertThat(
            check(
                x ->
                    x.shape().size(0) == 1
                        ? x
                        : TensorData.join(List.of(x.rows(1, 1), x.rows(0, 1)))))
        .isEqualTo(DEPENDS);
  }

  @Test
  void obstacle_random_isNamed() {
    Random random = new Random(1);
    assertThat(check(x -> map(x, v -> v + random.nextFloat()))).isEqualTo(DEPENDS);
  }

  @Test
  void obstacle_countsItsCalls_isNamed() {
    AtomicInteger calls = new AtomicInteger();
    assertThat(
            check(
                x -> {
                  int call = calls.incrementAndGet();
                  return map(x, v -> call);
                }))
        .isEqualTo(DEPENDS);
  }

  @Test
  void obstacle_outputWithoutRows_isNamed() {
    assertThat(check(x -> Floats.of(Shape.of(), 1))).isEqualTo(NO_ROWS);
    assertThat(check(x -> Floats.of(Shape.of(1), 1))).isEqualTo(NO_ROWS);
  }

  @Test
  void obstacle_modelRefusesTwoRows_isNamed() {
    assertThat(
            check(
                x -> {
                  if (x.shape().size(0) > 1) {
                    throw new ServingException(ErrorReason.VALUE_REJECTED, "one at a time");
                  }
                  return x;
                }))
        .isEqualTo("the model refused the two rows of the check: one at a time");
  }

  @Test
  void obstacle_inputWithoutOpenFirstDimension_isNamedWithoutARun() {
    String closed = "input 'x' has no open first dimension";
    for (ShapeSpec shape :
        new ShapeSpec[] {ShapeSpec.of(), ShapeSpec.of(4, -1), ShapeSpec.unknownRank()}) {
      ScriptedServable servable = new ScriptedServable();
      assertThat(check(servable, ScriptedServable.signature(shape))).isEqualTo(closed);
      assertThat(servable.rows()).isEmpty();
    }
    assertThat(check(new ScriptedServable(), new Signature(new TreeMap<>(), OPEN.outputs())))
        .isEqualTo("it takes no input");
  }

  /** Examples must differ from row to row in every type, or nothing is proved. */
  @ParameterizedTest
  @EnumSource(DataType.class)
  void obstacle_rowsSwapped_isSeenInEveryType(DataType dtype) {
    Signature signature = ScriptedServable.signature(new TensorSpec(dtype, ShapeSpec.of(-1)));
    ScriptedServable servable =
        new ScriptedServable()
            .answering(
                x ->
                    x.shape().size(0) == 1
                        ? x
                        : TensorData.join(List.of(x.rows(1, 1), x.rows(0, 1))));
    assertThat(check(servable, signature)).isEqualTo(DEPENDS);
    assertThat(check(new ScriptedServable(), signature)).isEmpty();
  }

  private static String check(Function<TensorData, TensorData> script) {
    return check(ScriptedServable.ofFloats().answering(script), OPEN);
  }

  private static String check(ScriptedServable servable, Signature signature) {
    boolean unknown =
        signature.inputs().values().stream().anyMatch(spec -> spec.shape().isUnknownRank());
    Signature examples = unknown ? OPEN : signature;
    return new RowCheck(
            (name, inputs, outputs) -> servable.run(name, inputs, outputs, Deadline.NONE),
            "s",
            signature)
        .obstacle(Examples.varied(examples, 1), Examples.varied(examples, 2))
        .orElse("");
  }

  private static TensorData minusMean(TensorData x) {
    float[] values = Floats.values(x);
    float sum = 0;
    for (float value : values) {
      sum += value;
    }
    float mean = sum / values.length;
    return map(x, v -> v - mean);
  }

  private static TensorData map(TensorData x, Function<Float, Number> each) {
    float[] values = Floats.values(x);
    for (int i = 0; i < values.length; i++) {
      values[i] = each.apply(values[i]).floatValue();
    }
    return Floats.of(x.shape(), values);
  }
}
