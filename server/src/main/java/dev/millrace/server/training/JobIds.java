package dev.millrace.server.training;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.random.RandomGenerator;

/**
 * Makes job ids that sort by age: the time to the millisecond, then four random letters.
 * Thread-safe if its source is.
 */
public final class JobIds {
  private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("'j'yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

  private final RandomGenerator random;

  /** Ids from a source of randomness. */
  public JobIds(RandomGenerator random) {
    this.random = random;
  }

  /** The time that an id begins with; the epoch for an id that was not made here. */
  static Instant timeOf(String id) {
    int end = id.lastIndexOf('-');
    try {
      return end < 0 ? Instant.EPOCH : TIME.parse(id.substring(0, end), Instant::from);
    } catch (DateTimeParseException madeElsewhere) {
      return Instant.EPOCH;
    }
  }

  /** A new id. */
  public String next(Instant now) {
    StringBuilder id = new StringBuilder(TIME.format(now)).append('-');
    for (int i = 0; i < 4; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
