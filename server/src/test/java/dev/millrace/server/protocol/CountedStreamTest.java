package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class CountedStreamTest {
  private final AtomicLong counted = new AtomicLong();
  private final CountedStream stream =
      new CountedStream(new ByteArrayInputStream(new byte[10]), counted::addAndGet);

  @Test
  void read_eachWay_isCountedUpToTheEnd() throws IOException {
    assertThat(stream.read()).isZero();
    assertThat(counted).hasValue(1);
    assertThat(stream.read(new byte[4])).isEqualTo(4);
    assertThat(counted).hasValue(5);
    assertThat(stream.readAllBytes()).hasSize(5);
    assertThat(counted).hasValue(10);
    assertThat(stream.read()).isEqualTo(-1);
    assertThat(stream.read(new byte[4])).isEqualTo(-1);
    assertThat(counted).hasValue(10);
  }
}
