package dev.millrace.server.gateway;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the header {@code grpc-timeout}: up to 8 digits and a unit. Stateless. */
final class GrpcTimeout {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,8})([HMSmun])");

  private GrpcTimeout() {}

  /**
   * Nanoseconds.
   *
   * @throws ServingException REQUEST_MALFORMED if it has another form
   */
  static long nanos(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new ServingException(
          ErrorReason.REQUEST_MALFORMED,
          "grpc-timeout must be up to 8 digits and one of H, M, S, m, u and n, such as 500m");
    }
    TimeUnit unit =
        switch (matcher.group(2).charAt(0)) {
          case 'H' -> TimeUnit.HOURS;
          case 'M' -> TimeUnit.MINUTES;
          case 'S' -> TimeUnit.SECONDS;
          case 'm' -> TimeUnit.MILLISECONDS;
          case 'u' -> TimeUnit.MICROSECONDS;
          default -> TimeUnit.NANOSECONDS;
        };
    return unit.toNanos(Long.parseLong(matcher.group(1)));
  }
}
