package dev.millrace.server.boot;

import dev.millrace.server.protocol.CallThreads;
import dev.millrace.server.protocol.MalformedRequests;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.audit.AuditedMethods;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The services with all that stands around each, from the outside in: refusals are written down,
 * quotas are asked and use is counted, messages are read on the threads that they are for, changes
 * are written down, and the permission for what a message names is asked. Not thread-safe.
 */
final class GuardedServices {
  private static final int LARGEST_INLINE = 256 << 10;

  private final StatusMapper statuses;
  private final Executor calls;
  private final AuditRoom audit;
  private final MalformedRequests malformed;
  private final List<ServerServiceDefinition> services = new ArrayList<>();

  /** Begins with none. */
  GuardedServices(StatusMapper statuses, Executor calls, SecurityRoom security, AuditRoom audit) {
    this.statuses = statuses;
    this.calls = calls;
    this.audit = audit;
    this.malformed =
        new MalformedRequests(
            statuses, service -> audit.guard(security.guard(statuses).apply(service), statuses));
  }

  /** Reads messages; for services that put it around themselves. */
  MalformedRequests malformed() {
    return malformed;
  }

  /** Threads of calls that wait for nothing, apart from those that change something. */
  CallThreads ofTransport() {
    return CallThreads.ofTransport(LARGEST_INLINE, calls, statuses)
        .moving(AuditedMethods::isAudited);
  }

  /** Adds one whose small calls run on the transport's threads. */
  GuardedServices addInline(BindableService service) {
    services.add(
        malformed.guard(
            service.bindService(), CallThreads.ofTransport(LARGEST_INLINE, calls, statuses)));
    return this;
  }

  /** Adds some whose calls may wait. */
  GuardedServices add(List<ServerServiceDefinition> more) {
    more.forEach(one -> services.add(malformed.guard(one, CallThreads.of(calls, statuses))));
    return this;
  }

  /** Adds some that read their messages themselves. */
  GuardedServices addGuarded(List<ServerServiceDefinition> more) {
    services.addAll(more);
    return this;
  }

  /** All of them, as the doors offer them. */
  List<ServerServiceDefinition> within(UsageRoom usage) {
    return usage.guard(services, statuses).stream().map(audit::outermost).toList();
  }
}
