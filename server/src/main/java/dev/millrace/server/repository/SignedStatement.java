package dev.millrace.server.repository;

import dev.millrace.server.model.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a signature vouches for: of which model these are all the files, each with its size and
 * SHA-256. It lies beside them as {@code manifest.sig}, a line for each and then the signature.
 *
 * @param text what is signed, as UTF-8
 */
record SignedStatement(String text) {
  /** Name of the file that holds it. */
  static final String FILE_NAME = "manifest.sig";

  private static final long LARGEST = 16L << 20;
  private static final String HEAD = "millrace-signature 1\n";
  private static final Pattern FORM =
      Pattern.compile(
          "(" + HEAD + "model [^\\n]+\\n)(.*)ed25519 ([A-Za-z0-9+/=]+)\\n", Pattern.DOTALL);

  /**
   * A statement as it lies there.
   *
   * @param statement what is signed
   * @param signature by whomever
   */
  record Found(SignedStatement statement, byte[] signature) {}

  /**
   * The statement that a version's files need.
   *
   * @param files all but manifest and signature
   * @throws IllegalArgumentException if a path has control characters
   */
  static SignedStatement of(ModelName model, List<FileEntry> files) {
    StringBuilder text = new StringBuilder(HEAD).append("model ").append(model.id()).append('\n');
    for (FileEntry file : files.stream().sorted(Comparator.comparing(FileEntry::path)).toList()) {
      if (file.path().chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("a path has control characters");
      }
      text.append("file ").append(file.sha256()).append(' ').append(file.size());
      text.append(' ').append(file.path()).append('\n');
    }
    return new SignedStatement(text.toString());
  }

  /**
   * What lies beside files; empty without one, or for what is none.
   *
   * @throws IOException if it cannot be read
   */
  static Optional<Found> find(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(Files.readString(file));
    if (!form.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Found(
              new SignedStatement(form.group(1) + form.group(2)),
              Base64.getDecoder().decode(form.group(3))));
    } catch (IllegalArgumentException noBase64) {
      return Optional.empty();
    }
  }

  /** The file's text. */
  String signed(byte[] signature) {
    return text + "ed25519 " + Base64.getEncoder().encodeToString(signature) + "\n";
  }

  /** The first line that another statement has not, or lacks; in words. */
  String differenceTo(SignedStatement other) {
    List<String> own = lines();
    List<String> others = other.lines();
    return own.stream()
        .filter(line -> !others.contains(line))
        .findFirst()
        .map(line -> "it vouches for '" + line + "'")
        .orElseGet(
            () ->
                others.stream()
                    .filter(line -> !own.contains(line))
                    .findFirst()
                    .map(line -> "it does not vouch for '" + line + "'")
                    .orElse("its lines are in another order"));
  }

  private List<String> lines() {
    return Arrays.asList(text.split("\n"));
  }
}
