package dev.millrace.server.repository;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signs versions, and holds them against their signatures. Trusted keys are read anew each time, so
 * that they can be exchanged. Thread-safe.
 */
public final class VersionSignatures {
  /** Trusts nobody. */
  public static final VersionSignatures NONE = new VersionSignatures(Optional.empty());

  private final Optional<Path> trusted;

  /**
   * Signatures of these holders.
   *
   * @param trusted PEM file of public keys; empty to trust nobody
   */
  public VersionSignatures(Optional<Path> trusted) {
    this.trusted = trusted;
  }

  /**
   * Signs all files of a folder, for a model of this name.
   *
   * @return how many files
   * @throws IOException if one cannot be read, or the signature not written
   */
  public static int sign(ModelName model, Path directory, SigningKey key) throws IOException {
    List<FileEntry> files = new FileTree(directory).entries();
    key.sign(SignedStatement.of(model, files), directory);
    return files.size();
  }

  /**
   * Passes for files that one of the trusted has signed.
   *
   * @param subject what they are, for the message
   * @throws ServingException VERSION_UNSIGNED; VERSION_SIGNATURE_INVALID
   */
  public void require(ModelName model, String subject, Path directory) {
    try {
      require(model, subject, directory, new FileTree(directory).entries());
    } catch (IOException unreadable) {
      throw error(ErrorReason.LOAD_FAILED, model, "the files of " + subject + " cannot be read")
          .causedBy(unreadable);
    }
  }

  /** The same, where the files are known. */
  void require(ModelName model, String subject, Path directory, List<FileEntry> files) {
    SignedStatement.Found found = find(model, subject, directory);
    if (!keys(model).vouchFor(found.statement(), found.signature())) {
      throw error(
          ErrorReason.VERSION_SIGNATURE_INVALID,
          model,
          "the signature of " + subject + " was made by none of the trusted keys");
    }
    SignedStatement needed;
    try {
      needed = SignedStatement.of(model, files);
    } catch (IllegalArgumentException odd) {
      throw error(
          ErrorReason.VERSION_SIGNATURE_INVALID,
          model,
          "the files of " + subject + " cannot have been signed: " + odd.getMessage());
    }
    if (!found.statement().equals(needed)) {
      throw error(
          ErrorReason.VERSION_SIGNATURE_INVALID,
          model,
          "the signature of "
              + subject
              + " is for other files: "
              + found.statement().differenceTo(needed)
              + "; sign it anew with 'millrace sign'");
    }
  }

  private SignedStatement.Found find(ModelName model, String subject, Path directory) {
    try {
      return SignedStatement.find(directory).orElseThrow(() -> unsigned(model, subject));
    } catch (MalformedInputException noText) {
      throw unsigned(model, subject);
    } catch (IOException unreadable) {
      throw error(ErrorReason.LOAD_FAILED, model, "the signature of " + subject + " cannot be read")
          .causedBy(unreadable);
    }
  }

  private TrustedKeys keys(ModelName model) {
    if (trusted.isEmpty()) {
      throw error(
          ErrorReason.VERSION_SIGNATURE_INVALID,
          model,
          "model '"
              + model
              + "' takes signed versions alone, and no key is trusted; the server's option"
              + " signature-keys names a file of them");
    }
    try {
      return TrustedKeys.read(trusted.get());
    } catch (IOException unreadable) {
      throw error(
              ErrorReason.VERSION_SIGNATURE_INVALID,
              model,
              "the file of the server's option signature-keys cannot be used")
          .causedBy(unreadable);
    }
  }

  static ServingException unsigned(ModelName model, String subject) {
    return error(
        ErrorReason.VERSION_UNSIGNED,
        model,
        subject
            + " is not signed, and model '"
            + model
            + "' takes signed versions alone; sign it with 'millrace sign'");
  }

  private static ServingException error(ErrorReason reason, ModelName model, String message) {
    return new ServingException(reason, message, Map.of("model", model.id()));
  }
}
