package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Publications;
import dev.millrace.server.registry.VersionRecord;
import dev.millrace.server.repository.ImportPlan;
import dev.millrace.server.repository.ImportRules;
import dev.millrace.server.repository.ImportStaging;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.SignaturePolicy;
import dev.millrace.server.repository.StagedImport;
import dev.millrace.server.repository.Unwritable;
import dev.millrace.server.repository.VersionCheck;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes uploads in: files, check, publication. What is refused leaves nothing behind, and what
 * broke off can be taken up again. Thread-safe.
 */
public final class Imports {
  private static final Logger log = LoggerFactory.getLogger(Imports.class);
  private static final String PRODUCER = "import";

  private final ModelRepository repository;
  private final ImportStaging staging;
  private final SignaturePolicy signatures;
  private final VersionCheck check;
  private final Publications publications;
  private final Runnable scan;
  private final InstantSource clock;
  private final Failpoints failpoints;

  /**
   * An imported version.
   *
   * @param version the version
   * @param digest SHA-256 of its manifest, in hexadecimal
   */
  public record Imported(VersionId version, String digest) {}

  /**
   * How much of an upload is there.
   *
   * @param bytes that have arrived, by file
   * @param version what it became, once it did
   */
  public record Progress(Map<String, Long> bytes, Optional<VersionId> version) {}

  /**
   * Imports.
   *
   * @param signatures which models take signed versions alone
   * @param check what a model must pass before it is published
   * @param scan makes the server look for new versions now
   */
  public Imports(
      ModelRepository repository,
      ImportStaging staging,
      SignaturePolicy signatures,
      VersionCheck check,
      Publications publications,
      Runnable scan,
      InstantSource clock,
      Failpoints failpoints) {
    this.failpoints = failpoints;
    this.repository = repository;
    this.staging = staging;
    this.signatures = signatures;
    this.check = check;
    this.publications = publications;
    this.scan = scan;
    this.clock = clock;
  }

  /** The version that an upload became already, if it did. */
  public Optional<Imported> published(ImportPlan plan) {
    ImportRules.checkId(plan.importId());
    return read(() -> repository.imported(plan.model(), plan.importId()))
        .map(version -> new Imported(version, repository.digest(version).orElse("")));
  }

  /**
   * Begins an upload or takes it up again; see {@link ImportStaging#open}.
   *
   * @throws ServingException NAME_INVALID if another model's name differs only in case,
   *     VERSION_UNSIGNED, and REPOSITORY_UNWRITABLE for a model that is read from outside of the
   *     repository
   */
  public StagedImport begin(ImportPlan plan) {
    try {
      repository.requirePublishable(plan.model());
    } catch (IOException readOnly) {
      throw Unwritable.of(plan.model(), readOnly);
    }
    signatures.check(plan);
    StagedImport upload = staging.open(plan);
    failpoints.reach("import.planned");
    return upload;
  }

  /** Ends an upload that is of no use any more. */
  public void abandon(StagedImport upload) {
    try (upload) {
      staging.discard(upload);
    }
  }

  /**
   * Makes an upload that is whole a version; takes as long as its trial. The upload is closed in
   * any case, and deleted when it can never become a version.
   *
   * @param actor who sent it
   * @throws ServingException IMPORT_INVALID, VERSION_SIGNATURE_INVALID, MODEL_REFUSED,
   *     TRIAL_FAILED, LOAD_FAILED, WARM_UP_FAILED or REPOSITORY_UNWRITABLE
   */
  public Imported finish(StagedImport upload, String actor) {
    try (upload) {
      upload.verify();
      failpoints.reach("import.received");
      boolean accepted = check(upload);
      failpoints.reach("import.checked");
      Imported imported = publish(upload, accepted, actor);
      failpoints.reach("import.recorded");
      staging.discard(upload);
      scan.run();
      return imported;
    }
  }

  /**
   * How much of an upload is there.
   *
   * @param visible models whose uploads may be known; those of others are not there
   * @throws ServingException IMPORT_NOT_FOUND
   */
  public Progress progress(String importId, Predicate<ModelName> visible) {
    Optional<Map<String, Long>> received =
        staging.model(importId).filter(visible).flatMap(model -> staging.received(importId));
    Optional<VersionId> version =
        read(() -> repository.imported(importId)).filter(id -> visible.test(id.model()));
    if (received.isEmpty() && version.isEmpty()) {
      throw new ServingException(
          ErrorReason.IMPORT_NOT_FOUND,
          "no upload '" + importId + "' is under way; begin it with ImportVersion",
          Map.of("import", importId));
    }
    return new Progress(version.isPresent() ? Map.of() : received.orElseThrow(), version);
  }

  private boolean check(StagedImport upload) {
    // Its number is not given out yet; messages name the one that is likely.
    VersionId id =
        new VersionId(upload.plan().model(), repository.nextNumber(upload.plan().model()));
    try {
      signatures.check(upload);
      return check.check(new ServableSource(id, upload.directory(), "", ModelSettings.DEFAULT));
    } catch (ServingException refused) {
      log.info("upload {} was refused: {}", upload.plan().importId(), refused.message());
      if (refused.reason() != ErrorReason.DRAINING) {
        staging.discard(upload);
      }
      throw refused;
    }
  }

  private Imported publish(StagedImport upload, boolean accepted, String actor) {
    ImportPlan plan = upload.plan();
    Manifest draft =
        new Manifest(
            PRODUCER,
            "",
            "",
            plan.parameters(),
            0,
            "",
            "",
            plan.metrics(),
            clock.instant(),
            List.of(),
            plan.parent(),
            plan.importId());
    VersionId version;
    try {
      version = repository.publish(plan.model(), upload.directory(), draft);
    } catch (IOException unwritable) {
      throw new ServingException(
              ErrorReason.REPOSITORY_UNWRITABLE,
              "the version could not be written; is the model repository's disk full or read-only?",
              Map.of("model", plan.model().id()))
          .causedBy(unwritable);
    }
    String digest = repository.digest(version).orElse("");
    record(
        new VersionRecord(version, digest, "", "", plan.parent(), draft.createTime(), accepted),
        actor,
        plan);
    return new Imported(version, digest);
  }

  /** The version is published whatever becomes of the note; without one it is checked again. */
  private void record(VersionRecord version, String actor, ImportPlan plan) {
    try {
      publications.published(version, actor, plan.reason(), Map.of("import", plan.importId()));
    } catch (RuntimeException unwritable) {
      log.warn("it could not be written down that {} was imported", version.id(), unwritable);
    }
  }

  /** A question to the repository. */
  private interface Question<T> {
    T ask() throws IOException;
  }

  private static <T> T read(Question<T> question) {
    try {
      return question.ask();
    } catch (IOException unreadable) {
      throw new ServingException(
              ErrorReason.REPOSITORY_UNWRITABLE, "the model repository cannot be read now")
          .causedBy(unreadable);
    }
  }
}
