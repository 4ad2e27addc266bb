package dev.millrace.server.boot.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times that credentials last: {@code 90d}, {@code 12h}, {@code 30m} or {@code 60s}. Stateless. */
public final class Lifetime {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,6})([smhd])");

  private Lifetime() {}

  /**
   * Reads a time; empty for none.
   *
   * @throws IllegalArgumentException with the form it must have
   */
  public static Optional<Duration> parse(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no time such as 90d, 12h or 30m");
    }
    long amount = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        });
  }
}
