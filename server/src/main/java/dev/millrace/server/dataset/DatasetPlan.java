package dev.millrace.server.dataset;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an upload of a dataset will bring.
 *
 * @param name what the dataset shall be called
 * @param files every file
 * @param owner who answers for it, up to 200 characters
 * @param purpose what it may be used for, up to 1000 characters; may be empty
 * @param retention after which it is deleted, at least a second; empty for never
 */
public record DatasetPlan(
    String name, List<File> files, String owner, String purpose, Optional<Duration> retention) {
  private static final int LONGEST_OWNER = 200;
  private static final int LONGEST_PURPOSE = 1000;
  private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);
  private static final int MOST_FILES = 20;
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * A file.
   *
   * @param name its name, without folders
   * @param size in bytes
   * @param sha256 in lower-case hexadecimal
   */
  public record File(String name, long size, String sha256) {}

  /** Copies the list. */
  public DatasetPlan {
    files = List.copyOf(files);
  }

  /** A plan of which nothing more is declared. */
  public DatasetPlan(String name, List<File> files) {
    this(name, files, "", "", Optional.empty());
  }

  /**
   * Checks the plan.
   *
   * @param maxBytes most bytes of all files together
   * @throws ServingException NAME_INVALID, PARAMETER_INVALID, IMPORT_INVALID with the file at
   *     fault, or REQUEST_TOO_LARGE
   */
  void check(long maxBytes) {
    checkDeclared();
    if (!ModelName.isValid(name) || name.equals(BuiltInMnist.NAME)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID,
          name.equals(BuiltInMnist.NAME)
              ? "dataset 'mnist' is built in; take another name"
              : "a dataset's name is " + ModelName.FORM_IN_WORDS);
    }
    if (files.isEmpty() || files.size() > MOST_FILES) {
      throw invalid("it has " + files.size() + " files; 1 to " + MOST_FILES + " are taken");
    }
    Set<String> seen = new HashSet<>();
    long left = maxBytes;
    for (File file : files) {
      if (!FILE_NAME.matcher(file.name()).matches() || file.name().equals(DatasetFolder.SUMS)) {
        throw invalid(
            quoted(file)
                + " is no name that is taken: letters, digits and '._-', without folders, and not '"
                + DatasetFolder.SUMS
                + "', which the server writes itself");
      }
      if (!seen.add(file.name().toLowerCase(Locale.ROOT))) {
        throw invalid(quoted(file) + " is there twice, but for upper and lower case");
      }
      if (!SHA256.matcher(file.sha256()).matches()) {
        throw invalid(quoted(file) + " has no SHA-256 of 64 hexadecimal digits");
      }
      if (file.size() < 1) {
        throw invalid(quoted(file) + " has no bytes");
      }
      if (file.size() > left) {
        throw new ServingException(
            ErrorReason.REQUEST_TOO_LARGE,
            "the dataset has more than the " + maxBytes + " bytes that are taken");
      }
      left -= file.size();
    }
  }

  private void checkDeclared() {
    List<FieldViolation> violations = new ArrayList<>();
    if (owner.length() > LONGEST_OWNER) {
      violations.add(
          FieldViolation.tooLong(
              "owner", ErrorReason.PARAMETER_INVALID, LONGEST_OWNER, owner.length()));
    }
    if (purpose.length() > LONGEST_PURPOSE) {
      violations.add(
          FieldViolation.tooLong(
              "purpose", ErrorReason.PARAMETER_INVALID, LONGEST_PURPOSE, purpose.length()));
    }
    if (retention
        .filter(
            time ->
                time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(LONGEST_RETENTION) > 0)
        .isPresent()) {
      violations.add(
          new FieldViolation(
              "retention", ErrorReason.PARAMETER_INVALID, "expected 1 second to 100 years"));
    }
    if (!violations.isEmpty()) {
      throw ServingException.ofViolations(violations);
    }
  }

  static ServingException invalid(String why) {
    return new ServingException(ErrorReason.IMPORT_INVALID, why);
  }

  private static String quoted(File file) {
    return "file '" + FieldPath.shown(file.name()) + "'";
  }
}
