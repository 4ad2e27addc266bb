package dev.millrace.server.model;

import java.util.regex.Pattern;

/**
 * The id of a model: a lower-case letter, then up to 62 of letters, digits, {@code _} and {@code
 * -}, ending in a letter or digit. Safe as a folder name and as a metric label.
 */
public record ModelName(String id) implements Comparable<ModelName> {
  private static final Pattern FORM = Pattern.compile("[a-z]([a-z0-9_-]{0,61}[a-z0-9])?");

  /**
   * Checks the form.
   *
   * @throws ServingException NAME_INVALID
   */
  public ModelName {
    if (!isValid(id)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID,
          "a model id is a lower-case letter followed by up to 62 letters, digits, '_' or '-', such as 'mnist'");
    }
  }

  /** True when the text is a model id. */
  public static boolean isValid(String id) {
    return FORM.matcher(id).matches();
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
