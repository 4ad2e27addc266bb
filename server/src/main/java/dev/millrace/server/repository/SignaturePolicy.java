package dev.millrace.server.repository;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which models take signed versions alone, and what that means before a load refuses them.
 * Thread-safe.
 */
public final class SignaturePolicy {
  private final ModelRepository repository;
  private final VersionSignatures signatures;
  private final ModelSettings defaults;
  private final Optional<SigningKey> own;

  /**
   * A policy.
   *
   * @param defaults what holds where a model's own settings say nothing; they cannot loosen it
   * @param own signs what this server trains; empty to leave that unsigned
   */
  public SignaturePolicy(
      ModelRepository repository,
      VersionSignatures signatures,
      ModelSettings defaults,
      Optional<SigningKey> own) {
    this.repository = repository;
    this.signatures = signatures;
    this.defaults = defaults;
    this.own = own;
  }

  /** True for a model that takes signed versions alone. */
  public boolean isStrict(ModelName model) {
    try {
      return SettingsFile.parse(repository.settingsText(model), defaults).requireSignature();
    } catch (ServingException invalid) {
      // Nothing is loaded with such settings.
      return defaults.requireSignature();
    }
  }

  /**
   * Passes for an upload that may bring what its model takes.
   *
   * @throws ServingException VERSION_UNSIGNED
   */
  public void check(ImportPlan plan) {
    boolean signed =
        plan.files().stream().anyMatch(file -> file.path().equals(SignedStatement.FILE_NAME));
    if (!signed && isStrict(plan.model())) {
      throw VersionSignatures.unsigned(plan.model(), "the upload");
    }
  }

  /**
   * Passes for an upload that is all there, and that its model takes.
   *
   * @throws ServingException VERSION_UNSIGNED; VERSION_SIGNATURE_INVALID
   */
  public void check(StagedImport upload) {
    if (isStrict(upload.plan().model())) {
      signatures.require(upload.plan().model(), "the upload", upload.directory());
    }
  }

  /**
   * Passes for a version that its model takes. Its files were read when it was loaded; a manifest
   * stands for them here.
   *
   * @throws ServingException VERSION_UNSIGNED; VERSION_SIGNATURE_INVALID
   */
  public void check(VersionId id) {
    if (!isStrict(id.model())) {
      return;
    }
    Optional<StoredVersion> stored = repository.find(id);
    if (stored.isEmpty()) {
      return;
    }
    Path directory = stored.get().directory();
    Optional<List<FileEntry>> told = stored.get().manifest().map(Manifest::files);
    if (told.isPresent()) {
      signatures.require(id.model(), id.toString(), directory, told.get());
    } else {
      signatures.require(id.model(), id.toString(), directory);
    }
  }

  /**
   * Passes for a model of which this server can train a version that is taken.
   *
   * @throws ServingException VERSION_UNSIGNED
   */
  public void checkTrainable(ModelName model) {
    if (own.isEmpty() && isStrict(model)) {
      throw new ServingException(
          ErrorReason.VERSION_UNSIGNED,
          "model '"
              + model
              + "' takes signed versions alone, and this server has no key to sign with; its option"
              + " signing-key names one",
          Map.of("model", model.id()));
    }
  }

  /**
   * Signs what this server has trained, if it has a key.
   *
   * @throws IOException if it cannot be written
   */
  public void seal(ModelName model, Path directory) throws IOException {
    if (own.isPresent()) {
      VersionSignatures.sign(model, directory, own.get());
    }
  }
}
