package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.boot.config.tfserving.TfServingSetup;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionLoad;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.inference.MeteredPredictor;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.v1.DiffCalls;
import dev.millrace.server.protocol.v1.ImportCalls;
import dev.millrace.server.protocol.v1.InferenceServiceV1;
import dev.millrace.server.protocol.v1.ModelCodec;
import dev.millrace.server.protocol.v1.ModelServiceV1;
import dev.millrace.server.protocol.v1.TrainingServiceV1;
import dev.millrace.server.protocol.v1.VersionCalls;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.rollout.BasePathRule;
import dev.millrace.server.rollout.Loans;
import dev.millrace.server.rollout.ModelSet;
import dev.millrace.server.rollout.VersionComparison;
import dev.millrace.server.rollout.VersionLife;
import dev.millrace.server.telemetry.HealthReporter;
import dev.millrace.server.telemetry.LoadMeters;
import dev.millrace.server.telemetry.ProcessMeters;
import dev.millrace.server.telemetry.RequestMeters;
import dev.millrace.server.telemetry.VersionMeters;
import dev.millrace.server.tensorflow.recipe.Recipes;
import dev.millrace.server.tensorflow.session.SavedModelContents;
import dev.millrace.server.tensorflow.session.SavedModelLoader;
import dev.millrace.server.tensorflow.session.TensorLedger;
import dev.millrace.server.tensorflow.session.WarmUpRecordFile;
import dev.millrace.server.training.RepositoryPublisher;
import dev.millrace.server.training.TrainingJobs;
import io.grpc.ServerServiceDefinition;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole server, wired by hand: parts are made in the order in which they depend on one another,
 * started from the inside out, and stopped from the outside in. Thread-safe.
 */
public final class MillraceServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MillraceServer.class);
  private static final int WARM_UP_ROUNDS = 5;
  // What was copied in by hand waits for it, however seldom the repository is looked at.
  private static final long SECOND_LOOK_MILLIS = 500;

  private final ServeOptions options;
  private final TfServingSetup setup;
  private final InstantSource clock = Clock.systemUTC();
  private final TensorLedger ledger = new TensorLedger();
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ExecutorService loads =
      Executors.newSingleThreadExecutor(Threads.named("load", Thread.MIN_PRIORITY));
  private final ExecutorService calls =
      Executors.newFixedThreadPool(
          Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), Threads.named("grpc"));
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Threads.named("scan"));
  private final Deadlines deadlines = new Deadlines(Threads.named("deadline"));
  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean stopping = new AtomicBoolean();

  private final SecurityRoom security;
  private final TlsRoom tls;
  private final StateLock stateLock;
  private final AuditRoom audit;
  private final RegistryRoom room;
  private final ModelRepository repository;
  private final ModelChecks checks;
  private final ModelCatalog catalog;
  private final LifeRoom life;
  private final ModelListRoom lists;
  private final PredictionRoom predictions;
  private final RecordingRoom recording;
  private final TrafficRoom traffic;
  private final UsageRoom usage;
  private final TrainingRoom training;
  private final EvaluationRoom evaluations;
  private final GateRoom gate;
  private final PrivacyRoom privacy;
  private final ModelServiceV1 modelService;
  private final HealthReporter health;
  private final Doors doors;

  private MillraceServer(ServeOptions options, TfServingSetup setup, Duration bakeInterval)
      throws IOException {
    this.options = options;
    this.setup = setup;
    security = new SecurityRoom(options, clock);
    tls = TlsRoom.open(options, setup, clock, meters);
    stateLock = StateLock.take(options.dataDirectory());
    Failpoints failpoints = KillAtFailpoint.ofProperty();
    audit = new AuditRoom(options, clock, meters, calls);
    security.hear(audit::denied);
    room =
        RegistryRoom.open(
            options.dataDirectory(), options.repository(), clock, failpoints, audit::heard);
    repository = room.repository();
    ModelSettings defaults = setup.defaults().requiringSignature(options.requireSignatures());
    checks = new ModelChecks(options, room, defaults, clock, failpoints);
    LoadMeters loadMeters = new LoadMeters(meters, System::nanoTime, ProcessMeters::residentBytes);
    life = new LifeRoom(room, options.memoryBudget(), timer, defaults, failpoints);
    catalog =
        new ModelCatalog(
            new VersionLoad(
                checks.guard(new SavedModelLoader(ledger, options.workers(), clock)),
                new WarmUp(
                    new WarmUpRecordFile(),
                    WARM_UP_ROUNDS,
                    System::nanoTime,
                    ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime),
                options.workers(),
                System::nanoTime),
            loads,
            clock,
            NativeHeap::trim,
            life.measuring(loadMeters),
            life.gate());
    VersionLife versions = life.join(catalog, checks.signatures(), calls, clock);
    ModelSet models =
        life.models(
            catalog,
            versions,
            new BasePathRule(options.modelRoots()),
            setup.labelsOfUnwanted(),
            calls);
    lists = new ModelListRoom(models, setup);
    ForeignDoors foreign =
        new ForeignDoors(catalog, room.registry(), versions, options, clock, this::isReady);
    usage = new UsageRoom(options, meters, clock);
    predictions =
        new PredictionRoom(
            options, foreign.statistics(), usage.meter(), meters, calls, deadlines, clock);
    RequestMeters requestMeters = new RequestMeters(meters);
    Loans loans = life.loans(catalog, calls);
    evaluations = new EvaluationRoom(options, room, catalog, loans, predictions.batched(), clock);
    gate =
        new GateRoom(
            room, catalog, evaluations.evaluations(), versions, loans, this::jobs, calls, meters);
    recording = new RecordingRoom(options, repository, catalog, meters, clock);
    traffic =
        new TrafficRoom(
            room.registry(),
            catalog,
            repository,
            new MeteredPredictor(predictions.cached(), usage.meter()),
            predictions.batched(),
            recording::record,
            requestMeters.and(foreign.statistics()).and(gate.observer()),
            meters,
            clock,
            bakeInterval);
    LearningRoom learning = new LearningRoom(options, repository, clock);
    privacy =
        new PrivacyRoom(
            options,
            learning,
            repository,
            versions,
            this::jobs,
            evaluations.evaluations(),
            audit.trail(),
            clock);
    training =
        new TrainingRoom(
            options,
            learning,
            gate.gated(
                new RepositoryPublisher(
                    repository,
                    checks.publications(),
                    life::scan,
                    CodeVersion.current(),
                    clock,
                    checks.signatures())),
            usage.meter(),
            clock);
    StatusMapper statuses = new StatusMapper(() -> UUID.randomUUID().toString());
    modelService =
        new ModelServiceV1(
            catalog,
            new ModelCodec(
                repository::manifest,
                repository::digest,
                room.registry()::get,
                traffic.shadows()::report,
                privacy::dataDeleted,
                gate.feedback()::known),
            room.registry()::resolve,
            traffic.calls(),
            statuses,
            calls,
            new DiffCalls(new VersionComparison(repository, new SavedModelContents())),
            new VersionCalls(versions, gate.promotions()),
            new ImportCalls(checks.imports(life::scan), statuses, checks.finishing()));
    GuardedServices guarded = new GuardedServices(statuses, calls, security, audit);
    List<ServerServiceDefinition> services =
        guarded
            .addInline(
                new InferenceServiceV1(
                    traffic.predictor(),
                    evaluations.explanations(traffic.predictor()),
                    statuses,
                    clock))
            .add(
                List.of(
                    modelService.bindService(),
                    new TrainingServiceV1(training.jobs(), statuses, calls).bindService(),
                    evaluations.service(statuses),
                    usage.service(statuses)))
            .add(gate.services(statuses))
            .add(learning.services(statuses, checks.finishing(), privacy.deletions()))
            .addGuarded(
                foreign.services(
                    traffic.predictor(),
                    statuses,
                    guarded.malformed(),
                    guarded.ofTransport(),
                    calls,
                    models,
                    setup.tensorContent()))
            .within(usage);
    health =
        new HealthReporter(
            services.stream().map(service -> service.getServiceDescriptor().getName()).toList());
    catalog.subscribe(health);
    predictions.subscribeTo(catalog);
    catalog.subscribe(requestMeters);
    catalog.subscribe(foreign);
    catalog.subscribe(gate.feedback());
    catalog.subscribe(new VersionMeters(meters));
    catalog.subscribe(loadMeters);
    ProcessMeters.bindTo(meters);
    meters.gauge("millrace.native.tensors.open", ledger, TensorLedger::open);
    doors =
        Doors.open(
            options,
            tls,
            security,
            services,
            health.service().bindService(),
            this::notReadyReason,
            meters::scrape,
            statuses,
            calls);
  }

  /**
   * Starts a server and returns when it listens; models load in the background.
   *
   * @throws IOException if an address or a folder cannot be used
   * @throws dev.millrace.server.boot.config.ConfigurationException if the options do not fit
   *     together
   */
  public static MillraceServer start(ServeOptions options) throws IOException {
    return start(options, TfServingSetup.NONE);
  }

  /** The same, with what a command line of TensorFlow Serving says beside the options. */
  public static MillraceServer start(ServeOptions options, TfServingSetup setup)
      throws IOException {
    return start(options, setup, TrafficRoom.INTERVAL);
  }

  /** The same, with another time between two looks at a new champion. */
  static MillraceServer start(ServeOptions options, Duration bakeInterval) throws IOException {
    return start(options, TfServingSetup.NONE, bakeInterval);
  }

  private static MillraceServer start(
      ServeOptions options, TfServingSetup setup, Duration bakeInterval) throws IOException {
    MillraceServer server = new MillraceServer(options, setup, bakeInterval);
    options.describe().forEach(option -> log.info("{}", option));
    setup.warnings().forEach(warning -> log.warn("{}", warning));
    server.security.start();
    server.lists.start();
    server.life.scan();
    server.recording.start();
    server.traffic.start();
    server.gate.start(server.traffic.shadows()::report, server.timer);
    server.training.start();
    server.usage.start();
    server.privacy.start(server.timer, server.checks.finishing());
    long interval = options.scanInterval().toMillis();
    server.checks.sweep(server.timer);
    server.tls.start(server.timer, options.scanInterval());
    server.timer.scheduleWithFixedDelay(
        server::look, Math.min(interval, SECOND_LOOK_MILLIS), interval, TimeUnit.MILLISECONDS);
    long poll = setup.poll().toMillis();
    if (poll > 0) {
      server.timer.scheduleWithFixedDelay(server.lists::poll, poll, poll, TimeUnit.MILLISECONDS);
    }
    return server;
  }

  private void look() {
    life.scan();
    lists.settle();
  }

  /** Port of gRPC. */
  public int port() {
    return doors.port();
  }

  /** Port of HTTP; empty when it is off. */
  public OptionalInt httpPort() {
    return doors.httpPort();
  }

  /** The routes of HTTP. */
  SortedMap<String, String> routes() {
    return doors.routes();
  }

  /** Port of metrics and health. */
  public int managementPort() {
    return doors.managementPort();
  }

  /** What is decided about versions. */
  Registry registry() {
    return room.registry();
  }

  /** The versions in memory. */
  ModelCatalog catalog() {
    return catalog;
  }

  /** What is loaded. */
  LifeRoom life() {
    return life;
  }

  /** The list of models. */
  ModelListRoom lists() {
    return lists;
  }

  /** What callers use and may use. */
  UsageRoom usage() {
    return usage;
  }

  /** The training jobs. */
  TrainingJobs jobs() {
    return training.jobs();
  }

  /** True when the model of a recipe has a version already, loaded or not. */
  boolean hasVersionOf(String recipe) {
    return Optional.ofNullable(Recipes.onClassPath().descriptions().get(recipe))
        .map(description -> description.defaultModel())
        .filter(room::hasVersion)
        .isPresent();
  }

  /** Waits until every version found so far is loaded or has failed, then reports ready. */
  public void awaitReady() throws InterruptedException {
    lists.awaitFirst();
    catalog.awaitSettled();
    ready.set(true);
    health.ready();
  }

  /** Native tensors that are held now; 0 when no request is under way. */
  public long openTensors() {
    return ledger.open();
  }

  /**
   * Stops to take requests, finishes those in flight, and releases everything. A second call does
   * nothing.
   */
  @Override
  public void close() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    log.info("draining");
    health.drain();
    pause();
    training.close();
    evaluations.close();
    modelService.endWatches();
    boolean finished = doors.drain(options.drainTimeout());
    predictions.close();
    timer.shutdownNow();
    traffic.close();
    recording.close();
    checks.close();
    deadlines.close();
    catalog.close();
    doors.close();
    List.of(calls, loads).forEach(ExecutorService::shutdown);
    usage.close();
    room.close();
    security.close();
    audit.close();
    stateLock.close();
    log.info(finished ? "stopped" : "stopped; some calls were broken off");
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(options.drainDelay().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isReady() {
    return notReadyReason().isEmpty();
  }

  private Optional<String> notReadyReason() {
    if (stopping.get()) {
      return Optional.of("stopping");
    }
    return ready.get() ? Optional.empty() : Optional.of("models are loading");
  }
}
