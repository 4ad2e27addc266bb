package dev.millrace.server.inference.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AnswerComparisonTest {
  @Test
  void of_integerOutputWithOneValueARow_isTheClass() {
    Comparison comparison =
        AnswerComparison.of(
            Map.of("classes", longs(3, 5, 7), "scores", scores(0.1f, 0.9f, 1, 0, 0, 1)),
            Map.of("classes", longs(3, 6, 7), "scores", scores(0.9f, 0.1f, 0, 1, 1, 0)));
    assertThat(comparison.classes()).containsExactly("3", "5", "7");
    assertThat(comparison.sameClass()).containsExactly(true, false, true);
    assertThat(comparison.examples()).isEqualTo(3);
    assertThat(comparison.agreed()).isEqualTo(2);
    assertThat(comparison.largestDifference()).isEqualTo(1);
  }

  @Test
  void of_stringsOrBooleans_areClassesToo() {
    Comparison words =
        AnswerComparison.of(
            Map.of("label", words("cat", "dog")), Map.of("label", words("cat", "cow")));
    assertThat(words.classes()).containsExactly("cat", "dog");
    assertThat(words.agreed()).isEqualTo(1);
    TensorData flags =
        TensorData.ofBytes(DataType.BOOL, Shape.of(2, 1), ByteBuffer.wrap(new byte[] {1, 0}));
    assertThat(AnswerComparison.of(Map.of("spam", flags), Map.of("spam", flags)).classes())
        .containsExactly("true", "false");
  }

  @Test
  void of_scoresAlone_isThePlaceOfTheLargest() {
    Comparison comparison =
        AnswerComparison.of(
            Map.of("scores", scores(0.1f, 0.9f, 0.6f, 0.4f)),
            Map.of("scores", scores(0.3f, 0.7f, 0.4f, 0.6f)));
    assertThat(comparison.classes()).containsExactly("1", "0");
    assertThat(comparison.sameClass()).containsExactly(true, false);
    assertThat(comparison.largestDifference()).isBetween(0.1999, 0.2001);
  }

  @Test
  void of_floatsWithoutClasses_areEqualWithinATolerance() {
    Comparison comparison =
        AnswerComparison.of(
            Map.of("y", Floats.column(1, 2, 3)), Map.of("y", Floats.column(1.0009f, 2.0011f, 3)));
    assertThat(comparison.classes()).isEmpty();
    assertThat(comparison.examples()).isEqualTo(3);
    assertThat(comparison.agreed()).isEqualTo(2);
  }

  @Test
  void of_nanAndInfinity_differFromNumbersAlone() {
    float nan = Float.NaN;
    float infinity = Float.POSITIVE_INFINITY;
    Comparison comparison =
        AnswerComparison.of(
            Map.of("y", Floats.column(nan, infinity, nan, 1)),
            Map.of("y", Floats.column(nan, infinity, 0, infinity)));
    assertThat(comparison.agreed()).isEqualTo(2);
    assertThat(comparison.largestDifference()).isInfinite();
  }

  @Test
  void of_outputMissingOrOfAnotherShape_disagreesOnEveryExample() {
    Map<String, TensorData> told = Map.of("classes", longs(1, 2));
    assertThat(AnswerComparison.of(told, Map.of()).agreed()).isZero();
    assertThat(AnswerComparison.of(told, Map.of("classes", longs(1))).agreed()).isZero();
    Map<String, TensorData> floats = Map.of("y", Floats.column(1, 2));
    assertThat(AnswerComparison.of(floats, Map.of("y", Floats.column(1))))
        .isEqualTo(new Comparison(2, 0, 0, List.of(), List.of()));
    assertThat(AnswerComparison.of(floats, Map.of("y", longs(1, 2))).agreed()).isZero();
  }

  @Test
  void of_scalarsOrNothing_isOneExample() {
    TensorData scalar = Floats.of(Shape.of(), 4);
    assertThat(AnswerComparison.of(Map.of("y", scalar), Map.of("y", scalar)))
        .isEqualTo(new Comparison(1, 1, 0, List.of(), List.of()));
    assertThat(AnswerComparison.of(Map.of(), Map.of()).examples()).isEqualTo(1);
  }

  @Test
  void of_tensorsInPieces_isAsOfWholeOnes() {
    TensorData pieces = TensorData.join(List.of(Floats.column(1, 2), Floats.column(3)));
    Comparison comparison =
        AnswerComparison.of(Map.of("y", pieces), Map.of("y", Floats.column(1, 2, 4)));
    assertThat(comparison.agreed()).isEqualTo(2);
    assertThat(comparison.largestDifference()).isEqualTo(1);
  }

  @Test
  void of_wordsOfManyDimensions_areComparedAsTheyAre() {
    TensorData one = TensorData.ofStrings(Shape.of(2, 2), buffers("a", "b", "c", "d"));
    TensorData other = TensorData.ofStrings(Shape.of(2, 2), buffers("a", "b", "c", "e"));
    assertThat(AnswerComparison.of(Map.of("w", one), Map.of("w", other)).agreed()).isEqualTo(1);
  }

  private static TensorData longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(values).forEach(bytes::putLong);
    return TensorData.ofBytes(DataType.INT64, Shape.of(values.length), bytes.flip());
  }

  private static TensorData scores(float... values) {
    return Floats.of(Shape.of(values.length / 2, 2), values);
  }

  private static TensorData words(String... words) {
    return TensorData.ofStrings(Shape.of(words.length), buffers(words));
  }

  private static List<ByteBuffer> buffers(String... words) {
    return Arrays.stream(words)
        .map(word -> ByteBuffer.wrap(word.getBytes(StandardCharsets.UTF_8)))
        .toList();
  }
}
