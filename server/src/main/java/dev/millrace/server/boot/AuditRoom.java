package dev.millrace.server.boot;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditFolder;
import dev.millrace.server.audit.AuditLog;
import dev.millrace.server.audit.AuditMark;
import dev.millrace.server.audit.AuditTrail;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.audit.DenialBudget;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.audit.AuditedCalls;
import dev.millrace.server.protocol.audit.RefusedCalls;
import dev.millrace.server.registry.RegistryStore;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where it is written down who changes what. */
final class AuditRoom implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AuditRoom.class);
  private static final int DENIALS_AT_ONCE = 100;
  private static final double DENIALS_A_SECOND = 5;

  private final @Nullable AuditLog file;
  private final AuditTrail trail;
  private final RefusedCalls refused;
  private final Supplier<String> ids = () -> UUID.randomUUID().toString();

  /**
   * Opens the log, unless the options switch it off.
   *
   * @param calls writes refusals down
   * @throws IOException if it cannot be read or written
   */
  AuditRoom(ServeOptions options, InstantSource clock, MeterRegistry meters, Executor calls)
      throws IOException {
    if (options.audit()) {
      AuditLog opened =
          AuditLog.open(AuditFolder.of(options.dataDirectory()), options.auditFileBytes(), clock);
      meters.gauge("millrace.audit.lines", opened, one -> one.last().sequence());
      file = opened;
      trail = opened;
      note("millrace/Start");
    } else {
      log.warn("the audit log is switched off: nobody will know who changed what");
      file = null;
      trail = AuditTrail.NONE;
    }
    refused =
        new RefusedCalls(
            trail,
            new DenialBudget(DENIALS_AT_ONCE, DENIALS_A_SECOND, System::nanoTime),
            calls,
            ids);
  }

  private void note(String what) {
    AuditMark mark =
        trail.append(
            AuditEntry.byServer(
                what, "", Decision.ALLOWED, Map.of("version", CodeVersion.current())));
    log.info("the audit log is at {}", mark);
  }

  /** Takes what other parts of the server do by themselves. */
  AuditTrail trail() {
    return trail;
  }

  /** Hears of the calls of a service that change something, between its threads and itself. */
  ServerServiceDefinition guard(ServerServiceDefinition service, StatusMapper statuses) {
    return file == null
        ? service
        : ServerInterceptors.intercept(service, new AuditedCalls(trail, statuses, ids));
  }

  /** Hears of calls that are refused on the way to a service; to be the last to be put around. */
  ServerServiceDefinition outermost(ServerServiceDefinition service) {
    return file == null ? service : ServerInterceptors.intercept(service, refused);
  }

  /** Hears of what the server decides by itself. */
  RegistryStore heard(RegistryStore store) {
    return new AuditedRegistry(store, trail);
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        note("millrace/Stop");
      } catch (RuntimeException unwritable) {
        log.warn("the stop could not be written down", unwritable);
      }
    }
  }
}
