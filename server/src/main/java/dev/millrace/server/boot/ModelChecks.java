package dev.millrace.server.boot;

import dev.millrace.server.boot.config.CheckLevel;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.catalog.ServableLoader;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.registry.Publications;
import dev.millrace.server.repository.Acceptance;
import dev.millrace.server.repository.ImportRules;
import dev.millrace.server.repository.ImportStaging;
import dev.millrace.server.repository.SignaturePolicy;
import dev.millrace.server.repository.SigningKey;
import dev.millrace.server.repository.TrustedKeys;
import dev.millrace.server.repository.VerifyingLoader;
import dev.millrace.server.repository.VersionCheck;
import dev.millrace.server.repository.VersionSignatures;
import dev.millrace.server.rollout.Imports;
import dev.millrace.server.rollout.RegistryAcceptance;
import dev.millrace.server.tensorflow.inspect.GraphInspection;
import dev.millrace.server.tensorflow.inspect.InspectionLimits;
import dev.millrace.server.tensorflow.trial.ChildProcessTrial;
import dev.millrace.server.tensorflow.trial.TrialCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What a version must pass before it is loaded, and the way in for uploads. */
final class ModelChecks implements AutoCloseable {
  private static final String TRIAL_HEAP = "1g";
  private static final Duration LONGEST_TRIAL = Duration.ofMinutes(5);
  private static final int MOST_FILES = 10_000;

  private final RegistryRoom room;
  private final InstantSource clock;
  private final Failpoints failpoints;
  private final Acceptance acceptance;
  private final ChildProcessTrial trial;
  private final VersionCheck check;
  private final VersionSignatures signatures;
  private final SignaturePolicy policy;
  private final ModelSettings defaults;
  private final ImportStaging staging;
  private final ExecutorService finishing =
      Executors.newSingleThreadExecutor(Threads.named("import", Thread.MIN_PRIORITY));

  /**
   * Checks.
   *
   * @param defaults what holds where a model's own settings say nothing
   */
  ModelChecks(
      ServeOptions options,
      RegistryRoom room,
      ModelSettings defaults,
      InstantSource clock,
      Failpoints failpoints)
      throws IOException {
    this.defaults = defaults;
    this.failpoints = failpoints;
    this.room = room;
    this.clock = clock;
    acceptance = new RegistryAcceptance(room.store(), clock);
    trial =
        new ChildProcessTrial(
            new TrialCommand(TRIAL_HEAP),
            options.dataDirectory().resolve("trials"),
            LONGEST_TRIAL,
            Threads.named("trial"),
            () -> UUID.randomUUID().toString());
    check = check(options.checkModels());
    signatures = new VersionSignatures(options.signatureKeys());
    policy = new SignaturePolicy(room.repository(), signatures, defaults, signingKey(options));
    staging =
        new ImportStaging(
            room.repository().uploads(),
            new ImportRules(options.maxImportBytes(), MOST_FILES),
            clock);
  }

  private static Optional<SigningKey> signingKey(ServeOptions options) {
    Optional<Path> file = options.signingKey();
    try {
      if (options.signatureKeys().isPresent()) {
        TrustedKeys.read(options.signatureKeys().get());
      }
      return file.isEmpty() ? Optional.empty() : Optional.of(SigningKey.read(file.get()));
    } catch (IOException unusable) {
      throw new ConfigurationException(
          "signing-key or signature-keys cannot be used: " + unusable.getMessage());
    }
  }

  /** Which models take signed versions alone. */
  SignaturePolicy signatures() {
    return policy;
  }

  /** Checks before loads. */
  ServableLoader guard(ServableLoader loader) {
    return new VerifyingLoader(
        loader, check, acceptance, defaults, room.repository().basePaths()::has, signatures);
  }

  Publications publications() {
    return new Publications(room.registry(), room.store());
  }

  Imports imports(Runnable scan) {
    return new Imports(
        room.repository(), staging, policy, check, publications(), scan, clock, failpoints);
  }

  /** Where uploads that are whole are checked and published, one after the other. */
  ExecutorService finishing() {
    return finishing;
  }

  /** Deletes old uploads now and every hour. */
  void sweep(ScheduledExecutorService timer) {
    timer.scheduleWithFixedDelay(staging::sweep, 0, 1, TimeUnit.HOURS);
  }

  @Override
  public void close() {
    trial.close();
    finishing.shutdown();
  }

  private VersionCheck check(CheckLevel level) {
    VersionCheck inspection = new GraphInspection(InspectionLimits.DEFAULT);
    return switch (level) {
      case FULL -> inspection.then(trial);
      case INSPECT -> inspection;
      case OFF -> VersionCheck.NONE;
    };
  }
}
