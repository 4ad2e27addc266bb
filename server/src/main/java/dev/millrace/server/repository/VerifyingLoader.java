package dev.millrace.server.repository;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableLoader;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks what lies in the repository before a version is loaded: the model's settings, every file
 * against the version's manifest and, where the settings say so, its signature, the files against
 * those of its first load, and, unless they have passed before, what the model would do.
 * Thread-safe.
 */
public final class VerifyingLoader implements ServableLoader {
  private static final Logger log = LoggerFactory.getLogger(VerifyingLoader.class);

  // Marks what is remembered of files outside of the repository.
  private static final String OUTSIDE = "outside:";

  private final ServableLoader delegate;
  private final VersionCheck check;
  private final Acceptance acceptance;
  private final ModelSettings defaults;
  private final Predicate<ModelName> foreign;
  private final VersionSignatures signatures;

  /** Checks settings and manifests alone, then lets the delegate load. */
  public VerifyingLoader(ServableLoader delegate) {
    this(delegate, VersionCheck.NONE, Acceptance.NONE, ModelSettings.DEFAULT, model -> false);
  }

  /** The same, for models that need no signature. */
  public VerifyingLoader(
      ServableLoader delegate,
      VersionCheck check,
      Acceptance acceptance,
      ModelSettings defaults,
      Predicate<ModelName> foreign) {
    this(delegate, check, acceptance, defaults, foreign, VersionSignatures.NONE);
  }

  /**
   * Checks, then lets the delegate load.
   *
   * @param check what a version must pass that was not accepted before
   * @param acceptance which have passed, and with which files
   * @param defaults what holds where a model's own settings say nothing
   * @param foreign true for models that are read from outside of the repository, whose owner may
   *     put other files under a number; they are checked anew then
   * @param signatures asked for models whose settings say so
   */
  public VerifyingLoader(
      ServableLoader delegate,
      VersionCheck check,
      Acceptance acceptance,
      ModelSettings defaults,
      Predicate<ModelName> foreign,
      VersionSignatures signatures) {
    this.signatures = signatures;
    this.defaults = defaults;
    this.foreign = foreign;
    this.delegate = delegate;
    this.check = check;
    this.acceptance = acceptance;
  }

  @Override
  public Servable load(ServableSource source, ExecutionMode mode) {
    ModelSettings settings = SettingsFile.parse(settingsText(source), defaults);
    boolean outside = foreign.test(source.id().model());
    VersionFiles files = new VersionFiles(source.id(), source.directory());
    String digest = (outside ? OUTSIDE : "") + files.digest();
    if (settings.requireSignature()) {
      signatures.require(
          source.id().model(), source.id().toString(), source.directory(), files.entries());
    }
    Optional<Acceptance.Identity> remembered = acceptance.of(source.id());
    if (remembered.isPresent() && !remembered.get().digest().equals(digest)) {
      if (!outside && !remembered.get().digest().startsWith(OUTSIDE)) {
        throw changed(source.id());
      }
      log.warn("{} has other files than when it was last loaded; it is checked anew", source.id());
      remembered = Optional.empty();
    }
    boolean accepted = remembered.isPresent() && remembered.get().accepted();
    Acceptance.Identity identity = new Acceptance.Identity(digest, accepted || check.check(source));
    Servable servable = delegate.load(source, mode);
    // Not before: files that could not be loaded may be replaced by better ones.
    if (!remembered.equals(Optional.of(identity))) {
      remember(source.id(), identity, files.manifest());
    }
    return servable;
  }

  private void remember(VersionId id, Acceptance.Identity identity, Optional<Manifest> manifest) {
    try {
      acceptance.remember(id, identity, manifest);
    } catch (RuntimeException unwritable) {
      log.warn("{} will be checked again, for it cannot be written that it passed", id, unwritable);
    }
  }

  private static String settingsText(ServableSource source) {
    Path model = source.directory().getParent();
    try {
      return model == null ? "" : SettingsFile.text(model);
    } catch (IOException unreadable) {
      throw SettingsFile.invalid("it cannot be read").causedBy(unreadable);
    }
  }

  private static ServingException changed(VersionId id) {
    return new ServingException(
        ErrorReason.DIGEST_MISMATCH,
        "the files of "
            + id
            + " are not those that it had when it was first loaded; a version never changes, so"
            + " put them under another number",
        Map.of("model", id.model().id(), "version", Long.toString(id.number())));
  }
}
