package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.SelfSigned;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are exchanged, as Kubernetes does it, while callers are at work. */
@Timeout(120)
final class TlsRotationTest {
  private static final int EXCHANGES = 3;

  @TempDir private Path folder;

  private final AtomicBoolean over = new AtomicBoolean();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> callers = new ArrayList<>();
  private final List<AtomicLong> counts = new ArrayList<>();

  @Test
  void certificates_exchangedUnderCalls_failNoneAndAreSeenByNewConnections() throws Exception {
    List<SelfSigned> both =
        List.of(SelfSigned.make(folder, "first"), SelfSigned.make(folder, "second"));
    SSLContext context = TlsRig.context(both, Optional.empty());
    show(both.get(0));
    Path current = folder.resolve("..data");
    try (TlsRig rig =
        TlsRig.start(
            folder.resolve("server"),
            Map.of(
                ServeOption.TLS_CERTIFICATE, current.resolve("tls.crt").toString(),
                ServeOption.TLS_KEY, current.resolve("tls.key").toString(),
                ServeOption.MANAGEMENT_TLS, "on"))) {
      ManagedChannel live = channel(rig, both);
      call(() -> list(live));
      HttpClient http =
          HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_1_1).build();
      call(() -> get(http, rig.httpPort()));
      call(() -> freshly(rig, both));
      call(() -> TlsRig.get(rig.httpPort(), "/healthz/live", context));
      call(() -> TlsRig.get(rig.managementPort(), "/healthz/live", context));
      for (int i = 1; i <= EXCHANGES; i++) {
        SelfSigned next = both.get(i % 2);
        awaitProgress();
        show(next);
        for (int port : List.of(rig.grpcPort(), rig.httpPort(), rig.managementPort())) {
          while (!TlsRig.shown(port, TlsRig.context(both, Optional.empty()))
              .getSerialNumber()
              .equals(next.x509().getSerialNumber())) {
            assertThat(failures).isEmpty();
            Pause.brief();
          }
        }
      }
      awaitProgress();
      over.set(true);
      for (Thread caller : callers) {
        caller.join();
      }
      live.shutdownNow();
      assertThat(failures).isEmpty();
    }
  }

  /** Puts files into a new folder, and exchanges the link to the folder. */
  private void show(SelfSigned identity) throws Exception {
    Path data = Files.createTempDirectory(folder, "..data-");
    identity.write(data, "tls");
    Path link = folder.resolve("..data_tmp");
    Files.createSymbolicLink(link, data);
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void call(Callable<?> work) {
    AtomicLong count = new AtomicLong();
    counts.add(count);
    Thread caller =
        new Thread(
            () -> {
              while (!over.get()) {
                try {
                  work.call();
                  count.incrementAndGet();
                } catch (Exception | AssertionError failed) {
                  failures.add(failed);
                  return;
                }
              }
            });
    callers.add(caller);
    caller.start();
  }

  /** Waits until every caller has got another answer. */
  private void awaitProgress() {
    List<Long> before = counts.stream().map(AtomicLong::get).toList();
    for (int i = 0; i < counts.size(); i++) {
      while (counts.get(i).get() <= before.get(i)) {
        assertThat(failures).isEmpty();
        Pause.brief();
      }
    }
  }

  private static Object list(ManagedChannel channel) {
    return ModelServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .listModels(ListModelsRequest.getDefaultInstance());
  }

  private static Object freshly(TlsRig rig, List<SelfSigned> trusted) throws Exception {
    ManagedChannel channel = channel(rig, trusted);
    try {
      return list(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private static Object get(HttpClient http, int port) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/api/v1/models"))
                .timeout(Duration.ofSeconds(30))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer;
  }

  private static ManagedChannel channel(TlsRig rig, List<SelfSigned> trusted) throws Exception {
    String bundle = trusted.get(0).certificate() + trusted.get(1).certificate();
    return Grpc.newChannelBuilderForAddress(
            "localhost",
            rig.grpcPort(),
            TlsChannelCredentials.newBuilder().trustManager(TlsRig.stream(bundle)).build())
        .build();
  }
}
