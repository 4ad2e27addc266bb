package dev.millrace.server.boot;

import dev.millrace.server.boot.config.BindRule;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.Admission;
import dev.millrace.server.protocol.MessagePermissions;
import dev.millrace.server.protocol.OpenStreams;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.security.Authenticator;
import dev.millrace.server.security.CertificateRoles;
import dev.millrace.server.security.jwt.JwtSettings;
import dev.millrace.server.security.jwt.KeySets;
import dev.millrace.server.security.jwt.TokenCheck;
import dev.millrace.server.security.key.KeyFile;
import dev.millrace.server.security.key.KeyRing;
import dev.millrace.server.security.key.KeyUse;
import dev.millrace.server.security.permission.HttpTable;
import dev.millrace.server.security.permission.PermissionTable;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who calls, and what each may: what is set up, and how every door asks. */
final class SecurityRoom implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SecurityRoom.class);
  private static final long LOOK_MILLIS = 500;
  private static final long MINUTE_MILLIS = 60_000;
  // The issuer's keys may take seconds to come, and a key that is revoked must not wait for them.
  private static final int THREADS = 2;

  /** The route of metrics, by which the management port asks, too. */
  private static final String METRICS = "/monitoring/prometheus/metrics";

  private final ServeOptions options;
  private final KeyUse use;
  private final KeyRing keys;
  private final Optional<KeySets> issuer;
  private final Authenticator authenticator;
  private final PermissionTable table = PermissionTable.standard();
  private final HttpTable routes = new HttpTable(table);
  private final ScheduledExecutorService threads;
  private final OpenStreams streams;
  private volatile Denials denials = Denials.NONE;

  /**
   * Reads what is set up, and refuses to go on where strangers could come in.
   *
   * @throws ConfigurationException if the options do not fit together
   * @throws IOException if a file cannot be read
   */
  SecurityRoom(ServeOptions options, InstantSource clock) throws IOException {
    this.options = options;
    use = new KeyUse(options.dataDirectory());
    keys = new KeyRing(new KeyFile(options.dataDirectory()), use, clock);
    Optional<JwtSettings> jwt = options.jwt();
    issuer = jwt.map(settings -> KeySets.of(settings, clock));
    Optional<Path> certificates = options.certificateRoles();
    authenticator =
        new Authenticator(
            options.authRequired(),
            keys,
            jwt.map(settings -> new TokenCheck(settings, issuer.orElseThrow(), clock)),
            certificates.isPresent()
                ? Optional.of(CertificateRoles.read(certificates.get()))
                : Optional.empty());
    BindRule.check(options, authenticator.isRequired());
    issuer.ifPresent(KeySets::refresh);
    threads = Executors.newScheduledThreadPool(THREADS, Threads.named("identity"));
    streams = new OpenStreams(threads);
  }

  /** Says who may come in, and sees changes from now on. */
  void start() {
    every(LOOK_MILLIS, this::look);
    issuer.ifPresent(sets -> every(LOOK_MILLIS, sets::refresh));
    every(MINUTE_MILLIS, this::writeUse);
    say();
    every(MINUTE_MILLIS, this::warn);
  }

  /** Keys before streams, so that a stream does not outlive its key by two intervals. */
  private void look() {
    keys.refresh();
    streams.look();
  }

  private void every(long millis, Runnable task) {
    threads.scheduleWithFixedDelay(
        () -> {
          try {
            task.run();
          } catch (RuntimeException defect) {
            log.error("who may call could not be looked at; it is tried again", defect);
          }
        },
        millis,
        millis,
        TimeUnit.MILLISECONDS);
  }

  private void say() {
    if (authenticator.isRequired()) {
      log.info("callers must say who they are: by API key, token or client certificate");
    } else if (!BindRule.isReachable(options)) {
      log.info("everybody on this machine may do everything; 'millrace keys create' changes that");
    }
    warn();
  }

  private void warn() {
    if (!authenticator.isRequired() && BindRule.isReachable(options)) {
      log.warn(
          "INSECURE: everybody who can reach {} may do everything, since nobody must say who that"
              + " is (--insecure); 'millrace keys create' changes that",
          options.host());
    }
  }

  /** How the doors of gRPC ask. */
  Admission calls() {
    return new Admission() {
      @Override
      public Caller admit(String method, Credentials shown) {
        // A probe with an old key is a probe.
        Caller caller =
            heard(
                method,
                shown.address(),
                () ->
                    table.isPublic(method) && authenticator.isRequired()
                        ? new Caller(shown.address())
                        : authenticator.authenticate(shown));
        enter(method, caller);
        return caller;
      }

      @Override
      public void admit(String method, Caller caller) {
        enter(method, caller);
      }

      private void enter(String method, Caller caller) {
        heard(
            method,
            caller.id(),
            () -> {
              table.enter(method, caller);
              return caller;
            });
      }

      @Override
      public void check(String method, Caller caller, Object message) {
        table.check(method, caller, message);
      }
    };
  }

  /** The streams that are open at all doors; they end when their credentials do. */
  OpenStreams streams() {
    return streams;
  }

  /** How the door of HTTP asks. */
  dev.millrace.server.gateway.Admission requests() {
    return (route, path, shown) -> {
      String action = "http:" + path;
      Caller caller =
          heard(
              action,
              shown.address(),
              () ->
                  routes.isPublic(route, path) && authenticator.isRequired()
                      ? new Caller(shown.address())
                      : authenticator.authenticate(shown));
      return heard(
          action,
          caller.id(),
          () -> {
            routes.enter(route, path, caller);
            return caller;
          });
    };
  }

  /** Has somebody hear of callers who are not let in; to be said before the doors open. */
  void hear(Denials listener) {
    denials = listener;
  }

  /** What is refused here came to no service, where it would be heard of otherwise. */
  private Caller heard(String action, String who, Supplier<Caller> admission) {
    try {
      return admission.get();
    } catch (ServingException refused) {
      ErrorReason.Category category = refused.reason().category();
      if (category == ErrorReason.Category.UNAUTHENTICATED
          || category == ErrorReason.Category.PERMISSION_DENIED) {
        denials.denied(action, who, refused.reason().name());
      }
      throw refused;
    }
  }

  /** How the management port asks: for all but health. */
  void metrics(Credentials shown) {
    requests().admit(METRICS, METRICS, shown);
  }

  /** Puts the check of each message around a service. */
  UnaryOperator<ServerServiceDefinition> guard(StatusMapper statuses) {
    return new MessagePermissions(calls(), statuses)::guard;
  }

  private void writeUse() {
    try {
      use.write();
    } catch (IOException unwritable) {
      log.warn("when API keys were used last could not be written", unwritable);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    writeUse();
  }
}
