package dev.millrace.server.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.usage.UsageStore.Batch;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What was used since it was last written, and its way to the store. Thread-safe; only {@link
 * #flush} blocks.
 *
 * <ol>
 *   <li>What is added is written once, however often writing fails or the server dies; a death
 *       loses what was added since the last write, but for training, whose time is found again in
 *       the journal of its jobs.
 *   <li>An hour has at most {@link #MOST_CALLERS} callers; the rest of them count as {@link
 *       #OTHERS}. So neither memory nor the store is filled with names.
 * </ol>
 */
public final class UsageLedger {
  /** The callers of an hour beyond the most. */
  public static final String OTHERS = "(others)";

  /** What the server does by itself. */
  public static final String SERVER = "(server)";

  /** Most callers of an hour. */
  static final int MOST_CALLERS = 10_000;

  /** Most entries between two writes. */
  static final int MOST_ENTRIES = 50_000;

  private final UsageStore store;
  private final InstantSource clock;
  private final ConcurrentMap<UsageKey, Amounts> used = new ConcurrentHashMap<>();
  private final Object jobsLock = new Object();

  @GuardedBy("jobsLock")
  private final Map<String, Long> counted;

  @GuardedBy("jobsLock")
  private final Map<String, Long> unwritten = new HashMap<>();

  private volatile Hour hour = new Hour(Long.MIN_VALUE);

  @GuardedBy("this")
  private @Nullable Batch pending;

  @GuardedBy("this")
  private long lastBatch;

  private record Hour(long number, Set<String> callers) {
    Hour(long number) {
      this(number, ConcurrentHashMap.newKeySet());
    }
  }

  /** A ledger that goes on behind what the store holds. */
  public UsageLedger(UsageStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
    this.lastBatch = store.lastBatch();
    this.counted = new HashMap<>(store.jobs());
  }

  /**
   * Adds what a version was used for, now.
   *
   * @param caller the caller's id; empty for the server itself
   */
  public void add(String caller, String model, long version, Amounts more) {
    long now = UsageKey.hourOf(clock.instant());
    String account = account(caller);
    String name = isKnown(now, account) ? account : OTHERS;
    UsageKey key = new UsageKey(now, name, model, version);
    if (used.size() >= MOST_ENTRIES && !used.containsKey(key)) {
      key = new UsageKey(now, OTHERS, model, version);
    }
    used.merge(key, more, Amounts::plus);
  }

  /**
   * Adds the time of a training job up to one of its events, unless it is counted.
   *
   * @param hour when it was used
   * @param sequence number of the event
   * @return false when it is counted already
   */
  boolean addTraining(
      String caller, String model, long hour, Amounts more, String job, long sequence) {
    synchronized (jobsLock) {
      if (counted.getOrDefault(job, 0L) >= sequence) {
        return false;
      }
      counted.put(job, sequence);
      unwritten.put(job, sequence);
      used.merge(new UsageKey(hour, account(caller), model, 0), more, Amounts::plus);
      return true;
    }
  }

  /** Forgets a job that will have no more events. */
  void ended(String job) {
    synchronized (jobsLock) {
      counted.remove(job);
    }
  }

  /**
   * Writes what was added so far. When that fails, the same is tried with the next call.
   *
   * @throws RuntimeException what the store throws
   */
  public synchronized void flush() {
    write();
    if (pending == null) {
      pending = drain();
      write();
    }
  }

  @GuardedBy("this")
  private void write() {
    if (pending != null) {
      store.add(pending);
      lastBatch = pending.number();
      pending = null;
    }
  }

  @GuardedBy("this")
  private @Nullable Batch drain() {
    Map<UsageKey, Amounts> drained;
    Map<String, Long> jobs;
    // Both halves of a training's entry go into one batch.
    synchronized (jobsLock) {
      drained = takeAll(used);
      jobs = Map.copyOf(unwritten);
      unwritten.clear();
    }
    return drained.isEmpty() && jobs.isEmpty() ? null : new Batch(lastBatch + 1, drained, jobs);
  }

  /** Takes out what is there, while others add. */
  static Map<UsageKey, Amounts> takeAll(ConcurrentMap<UsageKey, Amounts> from) {
    Map<UsageKey, Amounts> taken = new HashMap<>();
    for (UsageKey key : from.keySet()) {
      Amounts amounts = from.remove(key);
      if (amounts != null) {
        // A key that is added again behind its back is met a second time.
        taken.merge(key, amounts, Amounts::plus);
      }
    }
    return taken;
  }

  private static String account(String caller) {
    return caller.isEmpty() ? SERVER : caller;
  }

  private boolean isKnown(long now, String caller) {
    Hour present = hour;
    if (present.number() != now) {
      present = new Hour(now);
      hour = present;
    }
    Set<String> callers = present.callers();
    return callers.contains(caller) || (callers.size() < MOST_CALLERS && callers.add(caller));
  }
}
