package dev.millrace.server.boot.config;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms of option values, and how each is read from text. */
public enum OptionKind {
  PATH("DIR", "a folder"),
  TEXT("TEXT", "a text"),
  FILE("FILE", "a file"),
  PORT("PORT", "a number from 0 to 65535"),
  PORT_OR_OFF("PORT", "'off' or a number from 0 to 65535"),
  FLAG("", "true or false"),
  COUNT("N", "a whole number from 1 to 1000000"),
  COUNT_OR_AUTO("N", "'auto' or a whole number from 1 to 1000000"),
  CHECK_LEVEL("LEVEL", "'full', 'inspect' or 'off'"),
  AUTH_MODE("MODE", "'auto' or 'required'"),
  CLIENT_CERTIFICATES("WHETHER", "'none', 'optional' or 'required'"),
  MANAGEMENT_TLS("WHETHER", "'auto', 'on', 'mutual' or 'off'"),
  SIZE("SIZE", "a size such as 512KiB, 64MiB or 2GiB"),
  SIZE_OR_AUTO("SIZE", "'auto' or a size such as 512KiB, 64MiB or 2GiB"),
  DURATION("TIME", "a time such as 500ms, 30s or 5m");

  private static final Pattern SIZE_FORM =
      Pattern.compile("([0-9]{1,9}) ?(B|K|KiB|M|MiB|G|GiB)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern DURATION_FORM = Pattern.compile("([0-9]{1,9}) ?(ms|s|m|h)");

  private final String placeholder;
  private final String description;

  OptionKind(String placeholder, String description) {
    this.placeholder = placeholder;
    this.description = description;
  }

  /** What stands for a value in the help. */
  public String placeholder() {
    return placeholder;
  }

  /** The values it takes, in words. */
  public String description() {
    return description;
  }

  /** True when the text is a value of this form. */
  public boolean accepts(String text) {
    return switch (this) {
      case PATH -> !text.isEmpty() && text.indexOf('\0') < 0;
      case TEXT, FILE -> text.indexOf('\0') < 0;
      case PORT -> text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535;
      case PORT_OR_OFF -> text.equals("off") || PORT.accepts(text);
      case FLAG -> text.equals("true") || text.equals("false");
      case COUNT -> isCount(text);
      case COUNT_OR_AUTO -> text.equals("auto") || isCount(text);
      case AUTH_MODE -> text.matches("auto|required");
      case CHECK_LEVEL -> text.matches("full|inspect|off");
      case CLIENT_CERTIFICATES -> text.matches("none|optional|required");
      case MANAGEMENT_TLS -> text.matches("auto|on|mutual|off");
      case SIZE -> SIZE_FORM.matcher(text).matches() && bytes(text) > 0;
      case SIZE_OR_AUTO -> text.equals("auto") || SIZE.accepts(text);
      case DURATION -> DURATION_FORM.matcher(text).matches();
    };
  }

  /** Bytes of an accepted size. */
  static long bytes(String text) {
    Matcher matcher = match(SIZE_FORM, text);
    String unit = matcher.group(2) == null ? "B" : matcher.group(2).toUpperCase(Locale.ROOT);
    return Long.parseLong(matcher.group(1))
        * switch (unit.charAt(0)) {
          case 'K' -> 1L << 10;
          case 'M' -> 1L << 20;
          case 'G' -> 1L << 30;
          default -> 1L;
        };
  }

  /** An accepted duration. */
  static Duration duration(String text) {
    Matcher matcher = match(DURATION_FORM, text);
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static boolean isCount(String text) {
    return text.matches("[0-9]{1,7}")
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) <= 1_000_000;
  }

  private static Matcher match(Pattern form, String text) {
    Matcher matcher = form.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    return matcher;
  }
}
