package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.FieldViolation;
import java.util.Optional;

/**
 * A parameter of a recipe: its name, form, range, default and help, from which forms and command
 * lines are made.
 *
 * @param name lower case with underscores, such as {@code learning_rate}
 * @param kind whole numbers or decimal ones
 * @param minimum least value allowed
 * @param minimumExclusive true when the least value itself is not allowed
 * @param maximum greatest value allowed
 * @param maximumExclusive true when the greatest value itself is not allowed
 * @param defaultValue the value when none is given, as text
 * @param help one line for a person
 */
public record ParameterSpec(
    String name,
    Kind kind,
    double minimum,
    boolean minimumExclusive,
    double maximum,
    boolean maximumExclusive,
    String defaultValue,
    String help) {

  /** The form of a parameter's values. */
  public enum Kind {
    INTEGER,
    REAL
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

  /** The same parameter with another default. */
  ParameterSpec withDefault(String value) {
    return new ParameterSpec(
        name, kind, minimum, minimumExclusive, maximum, maximumExclusive, value, help);
  }

  /** What is wrong with a value, if anything is. */
  public Optional<FieldViolation> check(String text) {
    double value;
    try {
      value = kind == Kind.INTEGER ? Long.parseLong(text) : Double.parseDouble(text);
    } catch (NumberFormatException notANumber) {
      return Optional.of(violation(text));
    }
    boolean high = maximumExclusive ? value >= maximum : value > maximum;
    boolean low = minimumExclusive ? value <= minimum : value < minimum;
    return high || low || Double.isNaN(value) ? Optional.of(violation(text)) : Optional.empty();
  }

  /** The range in words, such as {@code a whole number from 1 to 1000000}. */
  public String range() {
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
