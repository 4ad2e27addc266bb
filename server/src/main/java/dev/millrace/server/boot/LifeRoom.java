package dev.millrace.server.boot;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.server.catalog.LoadGate;
import dev.millrace.server.catalog.LoadObserver;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.repository.RepositoryScanner;
import dev.millrace.server.rollout.LoadGrowth;
import dev.millrace.server.rollout.MemoryGate;
import dev.millrace.server.rollout.Summons;
import dev.millrace.server.rollout.VersionLife;
import dev.millrace.server.rollout.WantedVersions;
import dev.millrace.server.telemetry.ProcessMeters;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which versions are loaded, and what can be done to them. The catalog asks this room for memory,
 * and this room tells the catalog what to load; so it is made before the catalog and then joined to
 * it.
 */
final class LifeRoom {
  private static final long LEAST_BUDGET = 64L << 20;

  private final RegistryRoom room;
  private final Executor scans;
  private final Failpoints failpoints;
  private final Summons summons = new Summons();
  private final MemoryGate memory;
  private final AtomicBoolean scanComes = new AtomicBoolean();
  private volatile @Nullable RepositoryScanner scanner;

  /**
   * A room that scans nothing yet.
   *
   * @param budget bytes that loaded versions may take; empty to choose by the machine
   * @param scans runs scans that somebody asks for
   */
  LifeRoom(RegistryRoom room, OptionalLong budget, Executor scans, Failpoints failpoints) {
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
  VersionLife join(ModelCatalog catalog, Executor moves, InstantSource clock) {
    RepositoryScanner joined =
        new RepositoryScanner(
            room.repository(),
            catalog,
            new WantedVersions(room.registry(), summons, memory::isAsleep));
    VersionLife life =
        VersionLife.over(
            room.registry(),
            room.store(),
            room.repository(),
            catalog,
            summons,
            model -> joined.settings(model).bake(),
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
