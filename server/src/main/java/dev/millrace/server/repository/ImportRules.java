package dev.millrace.server.repository;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an upload may bring.
 *
 * @param maxBytes most bytes of all files together
 * @param maxFiles most files
 */
public record ImportRules(long maxBytes, int maxFiles) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");
  private static final Pattern DOTS = Pattern.compile("\\.+");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int DEEPEST = 8;
  private static final int LONGEST_REASON = 1000;
  private static final int MOST_FACTS = 1000;
  private static final int LONGEST_FACT = 10_000;

  /**
   * Checks a plan.
   *
   * @throws ServingException IMPORT_INVALID, with the file at fault; REQUEST_TOO_LARGE
   */
  void check(ImportPlan plan) {
    checkId(plan.importId());
    if (plan.reason().length() > LONGEST_REASON) {
      throw invalid("the reason is longer than " + LONGEST_REASON + " characters");
    }
    if (plan.parent() < 0) {
      throw invalid("the parent is no version");
    }
    checkFacts(plan);
    if (plan.files().size() > maxFiles) {
      throw tooLarge(
          "it has " + plan.files().size() + " files; at most " + maxFiles + " are taken");
    }
    long left = maxBytes;
    Set<String> seen = new HashSet<>();
    for (FileEntry file : plan.files()) {
      checkPath(file.path());
      if (file.size() < 0) {
        throw invalid("file " + quoted(file.path()) + " has a size below 0");
      }
      if (!SHA256.matcher(file.sha256()).matches()) {
        throw invalid(
            "file " + quoted(file.path()) + " has no SHA-256 of 64 lower-case hexadecimal digits");
      }
      if (file.size() > left) {
        throw tooLarge("its files have more than the " + maxBytes + " bytes that are taken");
      }
      left -= file.size();
      if (!seen.add(file.path().toLowerCase(Locale.ROOT))) {
        throw invalid(
            "file " + quoted(file.path()) + " is there twice, but for upper and lower case");
      }
    }
    checkFolders(plan, seen);
    if (!seen.contains("saved_model.pb")
        || plan.files().stream().noneMatch(file -> file.path().equals("saved_model.pb"))) {
      throw invalid("it has no file 'saved_model.pb'");
    }
  }

  /**
   * Checks an upload's id.
   *
   * @throws ServingException IMPORT_INVALID
   */
  public static void checkId(String importId) {
    if (!ID.matcher(importId).matches()) {
      throw invalid("an import id is 1 to 64 letters, digits, '-' and '_'");
    }
  }

  private static void checkPath(String path) {
    String[] names = path.split("/", -1);
    if (names.length > DEEPEST) {
      throw invalid("file " + quoted(path) + " lies more than " + DEEPEST + " names deep");
    }
    for (String name : names) {
      if (!NAME.matcher(name).matches() || DOTS.matcher(name).matches()) {
        throw invalid(
            "file "
                + quoted(path)
                + " has no path of names of letters, digits and '._-' with '/' between");
      }
    }
    if (path.equalsIgnoreCase(Manifest.FILE_NAME)) {
      throw invalid("file '" + Manifest.FILE_NAME + "' is written by the server itself");
    }
  }

  /** No path may be both a file and a folder. */
  private static void checkFolders(ImportPlan plan, Set<String> files) {
    for (FileEntry file : plan.files()) {
      String path = file.path().toLowerCase(Locale.ROOT);
      for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
        if (files.contains(path.substring(0, slash))) {
          throw invalid("file " + quoted(file.path()) + " lies in what is a file itself");
        }
      }
    }
  }

  private static void checkFacts(ImportPlan plan) {
    if (plan.parameters().size() + plan.metrics().size() > MOST_FACTS) {
      throw invalid("it has more than " + MOST_FACTS + " parameters and metrics");
    }
    plan.parameters()
        .forEach(
            (name, value) -> {
              if (name.length() + value.length() > LONGEST_FACT) {
                throw invalid("parameter " + quoted(name) + " is too long");
              }
            });
    plan.metrics()
        .forEach(
            (name, value) -> {
              if (name.length() > LONGEST_FACT || !Double.isFinite(value)) {
                throw invalid("metric " + quoted(name) + " is too long or no number");
              }
            });
  }

  /** A text of the caller's, made fit for a message. */
  static String quoted(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return "'" + (plain.length() > 300 ? plain.substring(0, 300) + "..." : plain) + "'";
  }

  static ServingException invalid(String why) {
    return new ServingException(ErrorReason.IMPORT_INVALID, why);
  }

  private static ServingException tooLarge(String why) {
    return new ServingException(
        ErrorReason.REQUEST_TOO_LARGE, "the upload is too large: " + why, Map.of());
  }
}
