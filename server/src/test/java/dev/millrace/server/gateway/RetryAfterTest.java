package dev.millrace.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryAfterTest {
  @ParameterizedTest
  @CsvSource({"0, 0, 1", "0, 1, 1", "1, 0, 1", "1, 1, 2", "1, 999999999, 2", "86400, 0, 86400"})
  void retrySeconds_anyDelay_isLongEnough(long seconds, int nanos, String header) {
    RetryInfo info =
        RetryInfo.newBuilder()
            .setRetryDelay(Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
            .build();
    assertThat(HttpErrors.retrySeconds(Status.newBuilder().addDetails(Any.pack(info)).build()))
        .contains(header);
  }

  @Test
  void retrySeconds_noDelay_isNotSaid() {
    assertThat(HttpErrors.retrySeconds(Status.getDefaultInstance())).isEmpty();
  }
}
