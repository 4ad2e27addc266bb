package dev.millrace.server.tensorflow.board;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.buffer.DataBuffers;

final class HistogramTest {
  @Test
  void of_values_countsThemInEqualRanges() {
    float[] values = new float[61];
    for (int i = 0; i < values.length; i++) {
      values[i] = i - 30;
    }
    Histogram histogram = Histogram.of(DataBuffers.of(values));
    assertThat(histogram.minimum()).isEqualTo(-30);
    assertThat(histogram.maximum()).isEqualTo(30);
    assertThat(histogram.count()).isEqualTo(61);
    assertThat(histogram.sum()).isZero();
    assertThat(histogram.sumOfSquares()).isEqualTo(2 * 30 * 31 * 61 / 6.0);
    assertThat(histogram.ranges()).hasSize(30).startsWith(2L, 2L).endsWith(2L, 3L);
    assertThat(histogram.limit(0)).isEqualTo(-28);
    assertThat(histogram.limit(29)).isEqualTo(30);
  }

  @Test
  void of_valuesThatAreAllEqual_isOneRange() {
    Histogram histogram = Histogram.of(DataBuffers.of(2f, 2f, 2f));
    assertThat(histogram.ranges()).containsExactly(3L);
    assertThat(histogram.limit(0)).isEqualTo(2);
  }

  @Test
  void of_valuesThatAreNoNumbers_leavesThemOut() {
    Histogram some = Histogram.of(DataBuffers.of(Float.NaN, 1f, Float.POSITIVE_INFINITY, 3f));
    assertThat(some.count()).isEqualTo(2);
    assertThat(some.maximum()).isEqualTo(3);
    assertThat(some.ranges().stream().mapToLong(Long::longValue).sum()).isEqualTo(2);
    assertThat(Histogram.of(DataBuffers.of(Float.NaN)).ranges()).containsExactly(0L);
  }
}
