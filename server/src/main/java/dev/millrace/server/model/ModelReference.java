package dev.millrace.server.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model and which version of it, as callers write it: {@code mnist}, {@code models/mnist}, {@code
 * models/mnist/versions/3} or {@code models/mnist/labels/champion}.
 */
public record ModelReference(ModelName model, VersionChoice choice) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:models/)?([^/]*)|models/([^/]*)/versions/([0-9]{1,18})|models/([^/]*)/labels/([^/]*)");

  /**
   * Reads one of the four forms.
   *
   * @throws ServingException NAME_INVALID
   */
  public static ModelReference parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw invalid();
    }
    if (matcher.group(3) != null) {
      long number = Long.parseLong(matcher.group(3));
      if (number < 1) {
        throw invalid();
      }
      return new ModelReference(new ModelName(matcher.group(2)), new VersionChoice.Exact(number));
    }
    if (matcher.group(5) != null) {
      if (!ModelName.isValid(matcher.group(5))) {
        throw invalid();
      }
      return new ModelReference(
          new ModelName(matcher.group(4)), new VersionChoice.Labelled(matcher.group(5)));
    }
    return new ModelReference(new ModelName(matcher.group(1)), new VersionChoice.Latest());
  }

  /** True for a version that this may stand for: any of the model's unless it names one. */
  public boolean means(VersionId version) {
    return version.model().equals(model)
        && (choice instanceof VersionChoice.Latest
            || choice.equals(new VersionChoice.Exact(version.number())));
  }

  private static ServingException invalid() {
    return new ServingException(
        ErrorReason.NAME_INVALID,
        "write the model as 'mnist', 'models/mnist', 'models/mnist/versions/3' or 'models/mnist/labels/champion'");
  }
}
