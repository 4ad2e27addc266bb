package dev.millrace.server.boot;

import dev.millrace.server.boot.config.CheckLevel;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.catalog.ServableLoader;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.registry.Publications;
import dev.millrace.server.repository.Acceptance;
import dev.millrace.server.repository.ImportRules;
import dev.millrace.server.repository.ImportStaging;
import dev.millrace.server.repository.VerifyingLoader;
import dev.millrace.server.repository.VersionCheck;
import dev.millrace.server.rollout.Imports;
import dev.millrace.server.rollout.RegistryAcceptance;
import dev.millrace.server.tensorflow.inspect.GraphInspection;
import dev.millrace.server.tensorflow.inspect.InspectionLimits;
import dev.millrace.server.tensorflow.trial.ChildProcessTrial;
import dev.millrace.server.tensorflow.trial.TrialCommand;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
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
  private final ImportStaging staging;
  private final ExecutorService finishing =
      Executors.newSingleThreadExecutor(Threads.named("import", Thread.MIN_PRIORITY));

  ModelChecks(ServeOptions options, RegistryRoom room, InstantSource clock, Failpoints failpoints)
      throws IOException {
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
    staging =
        new ImportStaging(
            room.repository().uploads(),
            new ImportRules(options.maxImportBytes(), MOST_FILES),
            clock);
  }

  /**
   * Checks before loads.
   *
   * @param defaults what holds where a model's own settings say nothing
   */
  ServableLoader guard(ServableLoader loader, ModelSettings defaults) {
    return new VerifyingLoader(
        loader, check, acceptance, defaults, room.repository().basePaths()::has);
  }

  Publications publications() {
    return new Publications(room.registry(), room.store());
  }

  Imports imports(Runnable scan) {
    return new Imports(room.repository(), staging, check, publications(), scan, clock, failpoints);
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
