package dev.millrace.server.rollout;

import dev.millrace.server.catalog.LoadGate;
import dev.millrace.server.catalog.MemoryUse;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.rollout.MemoryBudget.Decision;
import dev.millrace.server.rollout.MemoryBudget.Held;
import dev.millrace.server.rollout.MemoryBudget.Hold;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps loaded versions within a budget: puts idle models to sleep when another needs their room,
 * and wakes them when somebody asks. What a version takes is what its load was seen to add to the
 * process, between once and {@value #MOST_FILES} times the size of its files; before that, what the
 * model's last load added; before that, one and a half times the size of its files. Thread-safe.
 */
public final class MemoryGate implements LoadGate {
  private static final Logger log = LoggerFactory.getLogger(MemoryGate.class);
  private static final int MOST_FILES = 2;

  private final long limit;
  private final Registry registry;
  private final Runnable scan;
  private final Set<ModelName> asleep = ConcurrentHashMap.newKeySet();
  private final Map<VersionId, Long> growths = new ConcurrentHashMap<>();
  private final Map<ModelName, VersionId> last = new ConcurrentHashMap<>();

  /**
   * A gate with everybody awake.
   *
   * @param limit the budget in bytes
   * @param scan has what shall be loaded stated anew, soon; must not do it on the calling thread
   */
  public MemoryGate(long limit, Registry registry, Runnable scan) {
    this.limit = limit;
    this.registry = registry;
    this.scan = scan;
  }

  /** True for models that are out of memory until somebody asks for them. */
  public boolean isAsleep(ModelName model) {
    return asleep.contains(model);
  }

  /** Has a model come back that is out of memory, although nobody has asked for it. */
  public void wake(ModelName model) {
    asleep.remove(model);
  }

  /** Remembers what a load was seen to add to the process, in bytes. */
  public void measured(VersionId id, long growth) {
    growths.put(id, growth);
    last.put(id.model(), id);
  }

  @Override
  public Verdict ask(ServableSource source, List<MemoryUse> held) {
    long need = estimate(source);
    Decision decision =
        MemoryBudget.decide(
            limit, need, held.stream().map(use -> held(use, source.id().model())).toList());
    if (decision instanceof Decision.Fits) {
      return new Verdict.Load();
    }
    if (decision instanceof Decision.Evict evict) {
      log.info("{} idle make room for {}", evict.models(), source.id());
      asleep.addAll(evict.models());
      scan.run();
      return new Verdict.Wait();
    }
    if (decision instanceof Decision.Short none) {
      return new Verdict.Refuse(
          ErrorReason.MEMORY_BUDGET_EXCEEDED,
          String.format(
              "it needs about %.1f MB, and %.1f MB of the memory budget of %.1f MB are free; unload"
                  + " other versions, or give the server a larger memory-budget",
              need / 1e6, none.free() / 1e6, limit / 1e6));
    }
    return new Verdict.Wait();
  }

  @Override
  public boolean onUnmet(ModelReference reference) {
    if (!asleep.remove(reference.model())) {
      return false;
    }
    log.info("{} is asked for again", reference.model());
    scan.run();
    return true;
  }

  private Held held(MemoryUse use, ModelName asking) {
    ModelName model = use.source().id().model();
    boolean needed = model.equals(asking) || !VersionPolicy.needed(registry.get(model)).isEmpty();
    Hold hold;
    if (use.state() == VersionState.DRAINING) {
      hold = Hold.MOVING;
    } else if (needed) {
      hold = Hold.KEPT;
    } else if (use.state() != VersionState.AVAILABLE) {
      hold = Hold.MOVING;
    } else if (asleep.contains(model)) {
      hold = Hold.MOVING;
    } else {
      hold = use.leases() == 0 ? Hold.IDLE : Hold.KEPT;
    }
    return new Held(model, estimate(use.source()), hold, use.lastLease());
  }

  private long estimate(ServableSource source) {
    Long growth = growths.get(source.id());
    if (growth == null) {
      VersionId before = last.get(source.id().model());
      growth = before == null ? null : growths.get(before);
    }
    return growth == null
        ? source.bytes() * 3 / 2
        : Math.max(source.bytes(), Math.min(growth, MOST_FILES * source.bytes()));
  }
}
