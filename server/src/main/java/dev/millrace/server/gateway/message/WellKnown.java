package dev.millrace.server.gateway.message;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/** Times and durations as JSON writes them. Stateless. */
final class WellKnown {
  private static final Pattern DURATION = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,9})?s");
  private static final int NANO_DIGITS = 9;

  private WellKnown() {}

  static Timestamp timestamp(String text, String path) {
    try {
      Instant instant = DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
      return Timestamp.newBuilder()
          .setSeconds(instant.getEpochSecond())
          .setNanos(instant.getNano())
          .build();
    } catch (DateTimeException other) {
      throw Scalars.refuse(path, "must be a time such as 2026-01-31T12:00:00Z");
    }
  }

  static Duration duration(String text, String path) {
    if (!DURATION.matcher(text).matches()) {
      throw Scalars.refuse(path, "must be a duration in seconds such as 1.5s");
    }
    BigDecimal seconds = new BigDecimal(text.substring(0, text.length() - 1));
    return Duration.newBuilder()
        .setSeconds(seconds.longValue())
        .setNanos(seconds.remainder(BigDecimal.ONE).movePointRight(NANO_DIGITS).intValue())
        .build();
  }

  static String text(long epochSecond, int nanos) {
    return Instant.ofEpochSecond(epochSecond, nanos).toString();
  }

  static String durationText(long seconds, int nanos) {
    BigDecimal value = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, NANO_DIGITS));
    return (value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString()) + "s";
  }
}
