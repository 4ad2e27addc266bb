package dev.millrace.server.model;

import java.time.Duration;

/**
 * How answers of a model are kept for requests that come again.
 *
 * @param maxBytes most bytes of kept answers and their inputs; 0 switches the cache off
 * @param timeToLive how long an answer may be given again
 * @param acrossCallers true to give one caller's answer to another
 */
public record CacheSettings(long maxBytes, Duration timeToLive, boolean acrossCallers) {
  /** What holds when nobody says otherwise: no cache. */
  public static final CacheSettings OFF = new CacheSettings(0, Duration.ofMinutes(5), false);

  /** True when answers are kept at all. */
  public boolean enabled() {
    return maxBytes > 0;
  }
}
