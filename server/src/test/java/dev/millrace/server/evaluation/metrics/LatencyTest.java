package dev.millrace.server.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void quantiles_ofAHundred_areTheFiftiethAndTheNinetyNinth() {
    long[] nanos = LongStream.rangeClosed(1, 100).map(i -> 101 - i).toArray();
    Latency latency = Latency.of(nanos, 10, 1000);
    assertThat(latency.p50Nanos()).isEqualTo(50);
    assertThat(latency.p99Nanos()).isEqualTo(99);
    assertThat(latency.requests()).isEqualTo(100);
    assertThat(latency.examplesPerSecond()).isEqualTo(1000 / 5050e-9);
  }

  @Test
  void quantiles_ofNothing_areZero() {
    assertThat(Latency.of(new long[0], 10, 0)).isEqualTo(new Latency(0, 10, 0, 0, 0));
  }
}
