package dev.millrace.server.dataset;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an upload of a dataset will bring.
 *
 * @param name what the dataset shall be called
 * @param files every file
 */
public record DatasetPlan(String name, List<File> files) {
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

  /**
   * Checks the plan.
   *
   * @param maxBytes most bytes of all files together
   * @throws ServingException NAME_INVALID, IMPORT_INVALID with the file at fault, or
   *     REQUEST_TOO_LARGE
   */
  void check(long maxBytes) {
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

  static ServingException invalid(String why) {
    return new ServingException(ErrorReason.IMPORT_INVALID, why);
  }

  private static String quoted(File file) {
    return "file '" + FieldPath.shown(file.name()) + "'";
  }
}
