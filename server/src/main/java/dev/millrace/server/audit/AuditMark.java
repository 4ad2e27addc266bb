package dev.millrace.server.audit;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the log: the number of a line, and the hash that all lines up to it make.
 *
 * @param sequence number of the line, from 1; 0 before the first
 * @param hash SHA-256 of the line, in hexadecimal
 */
public record AuditMark(long sequence, String hash) {
  /** The place before the first line. */
  public static final AuditMark NONE = new AuditMark(0, "0".repeat(64));

  private static final Pattern FORM = Pattern.compile("([0-9]{1,18}):([0-9a-f]{64})");

  /** {@code 12:9f86d0...}, which {@link #parse} reads. */
  @Override
  public String toString() {
    return sequence + ":" + hash;
  }

  /** A mark as it is printed; empty if it is none. */
  public static Optional<AuditMark> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    return matcher.matches()
        ? Optional.of(new AuditMark(Long.parseLong(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }
}
