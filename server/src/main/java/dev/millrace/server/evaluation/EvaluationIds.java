package dev.millrace.server.evaluation;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Makes ids that sort by age: the time to the millisecond, never the same one twice, and four
 * random letters. Not thread-safe.
 */
public final class EvaluationIds {
  private static final Pattern FORM = Pattern.compile("[a-z]([a-z0-9_-]{0,61}[a-z0-9])?");
  private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("'e'yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

  private final RandomGenerator random;
  private Instant newest = Instant.EPOCH;

  /** Ids from a source of randomness. */
  public EvaluationIds(RandomGenerator random) {
    this.random = random;
  }

  /** True for text that may be an id. */
  public static boolean isValid(String text) {
    return FORM.matcher(text).matches();
  }

  /** Ids that come now sort behind this evaluation's. */
  void passed(Evaluation known) {
    Instant time = known.createTime().truncatedTo(ChronoUnit.MILLIS);
    newest = time.isAfter(newest) ? time : newest;
  }

  /** A new id, behind all others. */
  String next(Instant now) {
    Instant moment = now.truncatedTo(ChronoUnit.MILLIS);
    newest = moment.isAfter(newest) ? moment : newest.plusMillis(1);
    StringBuilder id = new StringBuilder(TIME.format(newest)).append('-');
    for (int i = 0; i < 4; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
