package dev.millrace.server.boot;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.server.catalog.LoadGate;
import dev.millrace.server.catalog.LoadObserver;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.repository.RepositoryScanner;
import dev.millrace.server.repository.SignaturePolicy;
import dev.millrace.server.rollout.BasePathRule;
import dev.millrace.server.rollout.LoadGrowth;
import dev.millrace.server.rollout.Loans;
import dev.millrace.server.rollout.MemoryGate;
import dev.millrace.server.rollout.ModelSet;
import dev.millrace.server.rollout.ServedList;
import dev.millrace.server.rollout.Summons;
import dev.millrace.server.rollout.VersionLife;
import dev.millrace.server.rollout.WantedVersions;
import dev.millrace.server.telemetry.ProcessMeters;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which versions are loaded, and what can be done to them. The catalog asks this room for memory,
 * and this room tells the catalog what to load; so it is made before the catalog and then joined to
 * it.
 */
final class LifeRoom {
  private static final long LEAST_BUDGET = 64L << 20;
  // A version that was copied in by hand is taken when two scans have seen the same files.
  private static final Duration SECOND_LOOK = Duration.ofMillis(500);

  private final RegistryRoom room;
  private final ScheduledExecutorService scans;
  private final ModelSettings defaults;
  private final Failpoints failpoints;
  private final ServedList list = new ServedList();
  private final Summons summons = new Summons();
  private final MemoryGate memory;
  private final AtomicBoolean scanComes = new AtomicBoolean();
  private volatile @Nullable RepositoryScanner scanner;

  /**
   * A room that scans nothing yet.
   *
   * @param budget bytes that loaded versions may take; empty to choose by the machine
   * @param scans runs scans that somebody asks for
   * @param defaults what holds where a model's own settings say nothing
   */
  LifeRoom(
      RegistryRoom room,
      OptionalLong budget,
      ScheduledExecutorService scans,
      ModelSettings defaults,
      Failpoints failpoints) {
    this.defaults = defaults;
    this.failpoints = failpoints;
    this.room = room;
    this.scans = scans;
    memory =
        new MemoryGate(budget.orElseGet(LifeRoom::machineBudget), room.registry(), this::scanSoon);
  }

  /** What the catalog asks before a load. */
  LoadGate gate() {
    return memory;
  }

  /** Measures loads beside another observer. */
  LoadObserver measuring(LoadObserver other) {
    return new LoadGrowth(other, ProcessMeters::residentBytes, memory::measured);
  }

  /** Joins the catalog: what the registry says of versions is stated to it from now on. */
  VersionLife join(
      ModelCatalog catalog, SignaturePolicy signatures, Executor moves, InstantSource clock) {
    RepositoryScanner joined =
        new RepositoryScanner(
            room.repository(),
            catalog,
            new WantedVersions(room.registry(), list, summons, memory::isAsleep),
            defaults);
    VersionLife life =
        VersionLife.over(
            room.registry(),
            room.store(),
            room.repository(),
            catalog,
            summons,
            model -> joined.settings(model).bake(),
            signatures::check,
            joined::scan,
            this::scanSoon,
            moves,
            clock,
            failpoints);
    life.delete().finish();
    scanner = joined;
    room.registry().onChange(record -> scanSoon());
    return life;
  }

  /**
   * What is served by a list, once there is one. To be called after the catalog was joined.
   *
   * @param rule which folders callers may name
   * @param labelsOfUnwanted true to take labels of versions that are not chosen
   * @param calls goes on after loads
   */
  ModelSet models(
      ModelCatalog catalog,
      VersionLife life,
      BasePathRule rule,
      boolean labelsOfUnwanted,
      Executor calls) {
    RepositoryScanner joined = Objects.requireNonNull(scanner);
    return new ModelSet(
        list,
        catalog,
        room.registry(),
        room.repository(),
        life,
        memory::wake,
        rule,
        labelsOfUnwanted,
        joined::between,
        this::scanTwice,
        calls);
  }

  /** Lends versions of the catalog that was joined. */
  Loans loans(ModelCatalog catalog, Executor calls) {
    return new Loans(summons, catalog, this::scan, this::scanSoon, calls);
  }

  private void scanTwice() {
    scan();
    try {
      scans.schedule(this::scan, SECOND_LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      // Nothing is to be loaded any more.
    }
  }

  /** States what lies in the repository and shall be loaded. */
  void scan() {
    RepositoryScanner joined = scanner;
    if (joined != null) {
      joined.scan();
    }
  }

  private void scanSoon() {
    if (scanComes.compareAndSet(false, true)) {
      try {
        scans.execute(
            () -> {
              scanComes.set(false);
              scan();
            });
      } catch (RejectedExecutionException stopping) {
        // Nothing is to be loaded any more.
      }
    }
  }

  /** Four fifths of the memory of the machine or container that the Java heap cannot take. */
  private static long machineBudget() {
    OperatingSystemMXBean machine =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long free = machine.getTotalMemorySize() - Runtime.getRuntime().maxMemory();
    return Math.max(LEAST_BUDGET, free / 5 * 4);
  }
}
