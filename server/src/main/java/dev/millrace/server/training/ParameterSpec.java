package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.FieldViolation;
import java.util.List;
import java.util.Optional;

/**
 * A parameter of a recipe: its name, form, range, default and help, from which forms and command
 * lines are made.
 *
 * @param name lower case with underscores, such as {@code learning_rate}
 * @param kind the form of its values
 * @param minimum least value allowed; of a text, the least number of characters
 * @param minimumExclusive true when the least value itself is not allowed
 * @param maximum greatest value allowed; of a text, the greatest number of characters
 * @param maximumExclusive true when the greatest value itself is not allowed
 * @param defaultValue the value when none is given, as text
 * @param help one line for a person
 * @param choices the values allowed of a CHOICE; empty for the other kinds
 * @param advanced true for one that most runs leave at its default, so that forms fold it away
 */
public record ParameterSpec(
    String name,
    Kind kind,
    double minimum,
    boolean minimumExclusive,
    double maximum,
    boolean maximumExclusive,
    String defaultValue,
    String help,
    List<String> choices,
    boolean advanced) {
  /** The form of a parameter's values. */
  public enum Kind {
    INTEGER,
    REAL,
    TEXT,
    CHOICE
  }

  /** Copies the list. */
  public ParameterSpec {
    choices = List.copyOf(choices);
  }

  /** A number. */
  public ParameterSpec(
      String name,
      Kind kind,
      double minimum,
      boolean minimumExclusive,
      double maximum,
      boolean maximumExclusive,
      String defaultValue,
      String help) {
    this(
        name,
        kind,
        minimum,
        minimumExclusive,
        maximum,
        maximumExclusive,
        defaultValue,
        help,
        List.of(),
        false);
  }

  /** A whole number from minimum to maximum. */
  public static ParameterSpec integer(
      String name, long minimum, long maximum, long defaultValue, String help) {
    return new ParameterSpec(
        name, Kind.INTEGER, minimum, false, maximum, false, Long.toString(defaultValue), help);
  }

  /** A number from 0, which is its default, to a maximum. */
  public static ParameterSpec real(String name, double maximum, String help) {
    return new ParameterSpec(name, Kind.REAL, 0, false, maximum, false, "0", help);
  }

  /** A text of at most so many characters. */
  public static ParameterSpec text(String name, int longest, String defaultValue, String help) {
    return new ParameterSpec(name, Kind.TEXT, 0, false, longest, false, defaultValue, help);
  }

  /** One of a few words, the first of which is the default. */
  public static ParameterSpec choice(String name, List<String> words, String help) {
    return new ParameterSpec(
        name, Kind.CHOICE, 0, false, words.size(), false, words.get(0), help, words, false);
  }

  /** The same parameter with another default. */
  ParameterSpec withDefault(String value) {
    return new ParameterSpec(
        name,
        kind,
        minimum,
        minimumExclusive,
        maximum,
        maximumExclusive,
        value,
        help,
        choices,
        advanced);
  }

  /** The same parameter as one that forms fold away. */
  public ParameterSpec asAdvanced() {
    return new ParameterSpec(
        name,
        kind,
        minimum,
        minimumExclusive,
        maximum,
        maximumExclusive,
        defaultValue,
        help,
        choices,
        true);
  }

  /** What is wrong with a value, if anything is. */
  public Optional<FieldViolation> check(String text) {
    if (kind == Kind.CHOICE) {
      return choices.contains(text) ? Optional.empty() : Optional.of(violation(text));
    }
    double value;
    try {
      value =
          switch (kind) {
            case INTEGER -> Long.parseLong(text);
            case REAL -> Double.parseDouble(text);
            default -> text.length();
          };
    } catch (NumberFormatException notANumber) {
      return Optional.of(violation(text));
    }
    boolean high = maximumExclusive ? value >= maximum : value > maximum;
    boolean low = minimumExclusive ? value <= minimum : value < minimum;
    return high || low || Double.isNaN(value) ? Optional.of(violation(text)) : Optional.empty();
  }

  /** The range in words, such as {@code a whole number from 1 to 1000000}. */
  public String range() {
    if (kind == Kind.CHOICE) {
      return "one of " + String.join(", ", choices);
    }
    if (kind == Kind.TEXT) {
      return "at most " + plain(maximum) + " characters";
    }
    return (kind == Kind.INTEGER ? "a whole number " : "a number ")
        + (minimumExclusive ? "above " : "from ")
        + plain(minimum)
        + (maximumExclusive ? " to below " : " to ")
        + plain(maximum);
  }

  private FieldViolation violation(String text) {
    return new FieldViolation(
        "spec.parameters[\"" + name + "\"]",
        ErrorReason.PARAMETER_INVALID,
        "expected " + range() + ", got '" + FieldPath.shown(text) + "'");
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
