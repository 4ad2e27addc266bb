package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.ManagementTls;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.boot.config.TlsIdentity;
import dev.millrace.server.boot.config.tfserving.TfServingSetup;
import dev.millrace.server.gateway.HttpTls;
import dev.millrace.server.security.tls.ClientCertificates;
import dev.millrace.server.security.tls.ServerTls;
import dev.millrace.server.security.tls.TlsMaterial;
import dev.millrace.server.security.tls.TlsRules;
import dev.millrace.server.security.tls.UnusableTlsException;
import dev.millrace.server.telemetry.SecureListening;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;

/** Keys and certificates of every door, and each library's form of them. */
final class TlsRoom {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final Optional<ServerTls> grpc;
  private final Optional<ServerTls> others;
  private final ServeOptions options;

  private TlsRoom(Optional<ServerTls> grpc, Optional<ServerTls> others, ServeOptions options) {
    this.grpc = grpc;
    this.others = others;
    this.options = options;
  }

  /**
   * Reads the files.
   *
   * @throws ConfigurationException if they cannot be used
   */
  static TlsRoom open(
      ServeOptions options, TfServingSetup setup, InstantSource clock, MeterRegistry meters) {
    Optional<ServerTls> own = options.tls().map(identity -> open(identity, clock));
    TlsRoom room =
        new TlsRoom(setup.tls().map(identity -> open(identity, clock)).or(() -> own), own, options);
    Gauge.builder("millrace.tls.certificate.expiry", room, TlsRoom::firstExpiry)
        .baseUnit("seconds")
        .register(meters);
    FunctionCounter.builder("millrace.tls.reload.failures", room, TlsRoom::failures)
        .register(meters);
    return room;
  }

  private static ServerTls open(TlsIdentity identity, InstantSource clock) {
    try {
      return ServerTls.open(identity.source(), identity.clients(), clock);
    } catch (UnusableTlsException unusable) {
      throw new ConfigurationException(
          "the key and certificates of TLS cannot be used: " + unusable.getMessage());
    }
  }

  private double failures() {
    return all().stream().mapToLong(ServerTls::failures).sum();
  }

  private double firstExpiry() {
    return all().stream()
        .mapToDouble(tls -> tls.material().expiry().getEpochSecond())
        .min()
        .orElse(Double.NaN);
  }

  private List<ServerTls> all() {
    return Stream.concat(grpc.stream(), others.stream()).distinct().toList();
  }

  /** Looks at the files again and again, as often as at the repository, or every ten seconds. */
  void start(ScheduledExecutorService timer, Duration interval) {
    long millis = Math.min(interval.toMillis(), LONGEST.toMillis());
    all()
        .forEach(
            tls -> timer.scheduleWithFixedDelay(tls::look, millis, millis, TimeUnit.MILLISECONDS));
  }

  /** What the gRPC door speaks; empty for plain text. */
  Optional<SslContext> grpc() {
    return grpc.map(TlsRoom::grpcContext);
  }

  private static SslContext grpcContext(ServerTls tls) {
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keys()))
          .trustManager(tls.trust())
          .clientAuth(
              switch (tls.clients()) {
                case NONE -> ClientAuth.NONE;
                case OPTIONAL -> ClientAuth.OPTIONAL;
                case REQUIRED -> ClientAuth.REQUIRE;
              })
          .protocols(TlsRules.PROTOCOLS)
          .ciphers(TlsRules.CIPHER_SUITES, SupportedCipherSuiteFilter.INSTANCE)
          .sessionTimeout(TlsRules.SESSION.toSeconds())
          .build();
    } catch (IOException impossible) {
      throw new ConfigurationException(
          "the key and certificates of TLS cannot be used: " + impossible.getMessage());
    }
  }

  /** What the HTTP door speaks; empty for plain text. */
  Optional<HttpTls> http() {
    return others.map(
        tls ->
            new HttpTls(
                () -> shown(tls.material()),
                tls.trust(),
                switch (tls.clients()) {
                  case NONE -> HttpTls.Asked.NOT;
                  case OPTIONAL -> HttpTls.Asked.OPTIONALLY;
                  case REQUIRED -> HttpTls.Asked.ALWAYS;
                },
                TlsRules.PROTOCOLS,
                TlsRules.CIPHER_SUITES,
                TlsRules.SESSION));
  }

  private static HttpTls.Shown shown(TlsMaterial material) {
    return new HttpTls.Shown(material.key(), material.chain());
  }

  /** What the management port speaks; empty for plain text. */
  Optional<SecureListening> management() {
    ManagementTls choice = options.managementTls();
    if (others.isEmpty() && (choice == ManagementTls.ON || choice == ManagementTls.MUTUAL)) {
      throw new ConfigurationException("management-tls needs tls-certificate and tls-key");
    }
    if (others.isEmpty()
        || choice == ManagementTls.OFF
        || choice == ManagementTls.AUTO && isLoopback(options.managementHost())) {
      return Optional.empty();
    }
    ServerTls tls = others.get();
    SSLParameters parameters = tls.parameters();
    if (choice == ManagementTls.ON && tls.clients() != ClientCertificates.NONE) {
      parameters.setNeedClientAuth(false);
      parameters.setWantClientAuth(false);
    }
    return Optional.of(new SecureListening(tls.context(), parameters));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      throw new ConfigurationException(
          "management-host '" + host + "' is no address of this machine");
    }
  }
}
