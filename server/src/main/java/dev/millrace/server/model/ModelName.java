package dev.millrace.server.model;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The id of a model: up to 128 of ASCII letters, digits, {@code _}, {@code -} and {@code .}, of
 * which the first and the last are letters, digits or {@code _}. Safe as a folder name on every
 * system and as a metric label. Two models differ in more than the case of letters; who keeps names
 * sees to that.
 */
public record ModelName(String id) implements Comparable<ModelName> {
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,126}[A-Za-z0-9_])?");
  // Windows takes these for devices, with any ending.
  private static final Pattern DEVICE =
      Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?", Pattern.CASE_INSENSITIVE);

  /** The form in words. */
  public static final String FORM_IN_WORDS =
      "1 to 128 letters, digits, '_', '-' or '.', with a letter, digit or '_' at both ends";

  /**
   * Checks the form.
   *
   * @throws ServingException NAME_INVALID
   */
  public ModelName {
    if (!isValid(id)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID, "a model id is " + FORM_IN_WORDS + ", such as 'mnist'");
    }
  }

  /** True when the text is a model id. */
  public static boolean isValid(String id) {
    return FORM.matcher(id).matches() && !DEVICE.matcher(id).matches();
  }

  /** The id as file systems that do not know the case of letters see it. */
  public String caseless() {
    return id.toLowerCase(Locale.ROOT);
  }

  /** {@code models/mnist}. */
  public String resource() {
    return "models/" + id;
  }

  @Override
  public int compareTo(ModelName other) {
    return id.compareTo(other.id);
  }

  @Override
  public String toString() {
    return id;
  }
}
