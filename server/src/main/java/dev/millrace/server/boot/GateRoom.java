package dev.millrace.server.boot;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.evaluation.Evaluations;
import dev.millrace.server.gate.Contest;
import dev.millrace.server.gate.Copies;
import dev.millrace.server.gate.DirectAscent;
import dev.millrace.server.gate.Gate;
import dev.millrace.server.gate.GateHistory;
import dev.millrace.server.gate.GatedPromote;
import dev.millrace.server.gate.GatedPublisher;
import dev.millrace.server.gate.JudgementStore;
import dev.millrace.server.gate.LoanedPromoter;
import dev.millrace.server.gate.Policies;
import dev.millrace.server.gate.PolicyFolder;
import dev.millrace.server.gate.StageTraffic;
import dev.millrace.server.gate.StagedAscent;
import dev.millrace.server.inference.InferenceObserver;
import dev.millrace.server.inference.shadow.ShadowReport;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.v1.GateServiceV1;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.StoredVersion;
import dev.millrace.server.rollout.CanaryCounts;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.Loans;
import dev.millrace.server.rollout.Promote;
import dev.millrace.server.rollout.TrafficControl;
import dev.millrace.server.rollout.VersionLife;
import dev.millrace.server.training.ModelPublisher;
import dev.millrace.server.training.TrainingJobs;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where it is decided whether a version is good enough to be the champion. */
final class GateRoom {
  private static final long LOOK_MILLIS = 1000;
  private static final Logger log = LoggerFactory.getLogger(GateRoom.class);

  private final Registry registry;
  private final ModelCatalog catalog;
  private final Promote promote;
  private final Policies policies;
  private final GatedPromote promotions;
  private final CanaryCounts canaries = new CanaryCounts();
  private final StagedAscent ascent;
  private final Gate gate;
  private final FeedbackRoom feedback;
  private volatile Function<ModelName, Optional<ShadowReport>> shadows = model -> Optional.empty();

  /**
   * A gate that hears of evaluations from now on.
   *
   * @param jobs the training jobs, once there are any
   * @param calls makes promotions, and starts trainings
   */
  GateRoom(
      RegistryRoom room,
      ModelCatalog catalog,
      Evaluations evaluations,
      VersionLife life,
      Loans loans,
      Supplier<TrainingJobs> jobs,
      Executor calls,
      MeterRegistry meters) {
    this.registry = room.registry();
    this.catalog = catalog;
    this.promote = life.promote();
    InstantSource clock = Clock.systemUTC();
    ModelRepository repository = room.repository();
    policies = new Policies(new PolicyFolder(repository::folder));
    JudgementStore store = room.store().judgements();
    ascent =
        new StagedAscent(
            new DirectAscent(registry, new LoanedPromoter(registry, loans, promote, calls)),
            registry,
            new StageTraffic(
                registry, new TrafficControl(registry, this::known, repository::contains)),
            this::copies,
            canaries,
            clock);
    gate =
        new Gate(
            policies,
            store,
            new Contest(
                evaluations,
                registry,
                this::usable,
                id -> repository.find(id).map(StoredVersion::bytes).orElse(0L)),
            ascent,
            new GateHistory(registry),
            clock);
    promotions = new GatedPromote(promote, policies, store, clock);
    feedback =
        new FeedbackRoom(
            policies,
            gate,
            evaluations,
            id -> repository.find(id).map(StoredVersion::directory),
            new RuleJobs(registry, repository, jobs),
            calls,
            meters,
            clock);
    evaluations.onEnd(gate::onEvaluated);
  }

  /**
   * Goes on with what the last stop broke off.
   *
   * @param reports what shadows have shown
   * @param timer looks at versions on their way up
   */
  void start(Function<ModelName, Optional<ShadowReport>> reports, ScheduledExecutorService timer) {
    shadows = reports;
    gate.resume();
    timer.scheduleWithFixedDelay(ascent::tick, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Counts answers for the gate and for feedback. */
  InferenceObserver observer() {
    return feedback.and(canaries);
  }

  private Optional<Copies> copies(ModelName model) {
    return shadows
        .apply(model)
        .map(
            report ->
                new Copies(
                    report.version(),
                    report.comparedExamples(),
                    report.agreedExamples(),
                    report.comparedRequests(),
                    report.failedRequests()));
  }

  /** A publisher whose versions come before the gate. */
  ModelPublisher gated(ModelPublisher publisher) {
    return new GatedPublisher(publisher, policies, this::keepChampion, gate);
  }

  /** Promotions by persons. */
  GatedPromote promotions() {
    return promotions;
  }

  /** What callers tell of answers afterwards, as far as policies switch it on. */
  FeedbackRoom feedback() {
    return feedback;
  }

  List<ServerServiceDefinition> services(StatusMapper statuses) {
    return List.of(
        new GateServiceV1(gate, policies, this::require, statuses).bindService(),
        feedback.service(this::require, statuses));
  }

  private Set<Long> known(ModelName model) {
    return numbers(model, state -> true);
  }

  private SortedSet<Long> usable(ModelName model) {
    return numbers(model, state -> state != VersionState.FAILED);
  }

  private SortedSet<Long> numbers(ModelName model, Predicate<VersionState> wanted) {
    return catalog.statuses(model).stream()
        .flatMap(List::stream)
        .filter(status -> wanted.test(status.state()))
        .map(status -> status.id().number())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void require(ModelName model) {
    catalog.statuses(new ModelReference(model, new VersionChoice.Latest()));
  }

  /** What answers now goes on to, until something better has passed. */
  private void keepChampion(ModelName model) {
    if (registry.get(model).champion().isPresent()) {
      return;
    }
    Optional<VersionId> answering =
        catalog.statuses(model).stream()
            .flatMap(List::stream)
            .filter(status -> status.state() == VersionState.AVAILABLE)
            .map(status -> status.id())
            .max(Comparator.comparingLong(VersionId::number));
    try {
      answering.ifPresent(
          id ->
              promote.promote(
                  id,
                  false,
                  Optional.empty(),
                  new ChangeOrder(
                      HistoryEvent.BY_ITSELF,
                      registry.get(model).etag(),
                      "answers until another version has passed the gate")));
    } catch (ServingException changedMeanwhile) {
      log.warn("the version that answers for {} is not made its champion", model, changedMeanwhile);
    }
  }
}
