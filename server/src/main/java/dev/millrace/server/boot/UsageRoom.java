package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.gateway.rest.RestCalls;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Permission;
import dev.millrace.server.protocol.CallQuota;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.v1.UsageServiceV1;
import dev.millrace.server.storage.SqliteUsageStore;
import dev.millrace.server.telemetry.UsageMeters;
import dev.millrace.server.usage.BudgetStatus;
import dev.millrace.server.usage.Budgets;
import dev.millrace.server.usage.Quotas;
import dev.millrace.server.usage.Terms;
import dev.millrace.server.usage.TermsFile;
import dev.millrace.server.usage.UsageKey;
import dev.millrace.server.usage.UsageLedger;
import dev.millrace.server.usage.UsageMeter;
import dev.millrace.server.usage.UsageReports;
import dev.millrace.server.usage.UsageStore;
import dev.millrace.server.usage.WatchedTerms;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What callers use, and what they may: counted, written, limited and told. */
final class UsageRoom implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UsageRoom.class);
  private static final long WRITE_SECONDS = 5;
  private static final long LOOK_SECONDS = 1;
  private static final long TIDY_SECONDS = 10;
  private static final long FORGET_HOURS = 1;

  private final InstantSource clock;
  private final Duration kept;
  private final UsageMeters meters;
  private final Optional<WatchedTerms> watched;
  private final UsageStore store;
  private final UsageLedger ledger;
  private final Quotas quotas;
  private final Budgets budgets;
  private final UsageMeter meter;
  private final UsageReports reports;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Threads.named("usage", Thread.MIN_PRIORITY));

  /**
   * A room that goes on behind what the server before has written.
   *
   * @throws ConfigurationException if the file of quotas cannot be used
   */
  UsageRoom(ServeOptions options, MeterRegistry registry, InstantSource clock) throws IOException {
    this.clock = clock;
    this.kept = options.keepUsageFor();
    this.meters = new UsageMeters(registry);
    this.watched = options.quotas().map(UsageRoom::watch);
    Supplier<Terms> terms = () -> watched.map(WatchedTerms::get).orElse(Terms.NONE);
    this.quotas = new Quotas(terms, meters, System::nanoTime);
    this.budgets = new Budgets(terms, meters, clock);
    this.store = SqliteUsageStore.open(options.dataDirectory(), clock);
    this.ledger = new UsageLedger(store, clock);
    long month = budgets.firstHour();
    store.totals(month).forEach((caller, used) -> budgets.add(caller, used, month));
    this.meter = new UsageMeter(ledger, quotas, budgets, clock);
    this.reports = new UsageReports(ledger, store, budgets, terms);
    meters.showCallers(quotas::size);
    showBudgets(terms.get());
  }

  private static WatchedTerms watch(Path file) {
    try {
      return new WatchedTerms(() -> read(file));
    } catch (IllegalArgumentException wrong) {
      throw new ConfigurationException("the file of quotas " + file + ": " + wrong.getMessage());
    } catch (IOException unreadable) {
      throw new ConfigurationException("the file of quotas " + file + " cannot be read");
    }
  }

  private static String read(Path file) throws IOException {
    if (Files.size(file) > TermsFile.LARGEST) {
      throw new IOException("the file is larger than 1 MiB");
    }
    return Files.readString(file);
  }

  /** Begins to write, and to look after the file. */
  void start() {
    every(WRITE_SECONDS, TimeUnit.SECONDS, this::write);
    every(LOOK_SECONDS, TimeUnit.SECONDS, this::look);
    every(TIDY_SECONDS, TimeUnit.SECONDS, quotas::forgetIdle);
    every(FORGET_HOURS, TimeUnit.HOURS, this::forget);
  }

  private void every(long time, TimeUnit unit, Runnable task) {
    timer.scheduleWithFixedDelay(
        () -> {
          try {
            task.run();
          } catch (RuntimeException defect) {
            // Thrown on, it would end the schedule.
            log.error("usage could not be looked after; the next time tries again", defect);
          }
        },
        time,
        time,
        unit);
  }

  /** Hears what callers use. */
  UsageMeter meter() {
    return meter;
  }

  /** The same services, whose calls are kept within quotas and budgets. */
  List<ServerServiceDefinition> guard(
      List<ServerServiceDefinition> services, StatusMapper statuses) {
    CallQuota quota = new CallQuota(quotas, budgets, RestCalls.ASIDE, statuses);
    return services.stream().map(quota::guard).toList();
  }

  /** Where callers may ask. */
  ServerServiceDefinition service(StatusMapper statuses) {
    return new UsageServiceV1(reports, UsageRoom::confinedTo, statuses, clock).bindService();
  }

  private static Optional<String> confinedTo() {
    Caller caller = Callers.current();
    return caller.access().mayEverywhere(Permission.ADMIN)
        ? Optional.empty()
        : Optional.of(caller.id());
  }

  private void write() {
    try {
      ledger.flush();
    } catch (RuntimeException unwritable) {
      meters.onWriteFailed();
      log.warn("usage cannot be written; it is kept and tried again", unwritable);
    }
  }

  /** Looks whether the file of quotas has changed. */
  void look() {
    watched.ifPresent(
        terms -> {
          Terms before = terms.get();
          terms.look();
          if (!before.equals(terms.get())) {
            showBudgets(terms.get());
          }
        });
  }

  private void showBudgets(Terms terms) {
    meters.showBudgets(
        terms.namedBudgets().keySet(),
        caller -> budgets.of(caller).map(BudgetStatus::share).orElse(0.0));
  }

  private void forget() {
    store.forgetBefore(UsageKey.hourOf(clock.instant().minus(kept)));
  }

  /** To be called once nothing is used any more. */
  @Override
  public void close() {
    timer.shutdownNow();
    write();
    store.close();
  }
}
