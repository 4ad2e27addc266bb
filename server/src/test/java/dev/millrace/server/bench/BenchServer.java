package dev.millrace.server.bench;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.ModelHandle;
import dev.millrace.client.VersionInfo;
import dev.millrace.client.VersionState;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server process with one model, whose versions can be changed. Owns the process. */
final class BenchServer implements AutoCloseable {
  private final RunningServer process;
  private final Path savedModel;
  private final Path versions;
  private final MillraceClient client;
  private final ManagedChannel management;
  private final ModelHandle.Watch watch;
  private final Map<Long, VersionState> states = new HashMap<>();

  private BenchServer(RunningServer process, Path savedModel, Path versions) {
    this.process = process;
    this.savedModel = savedModel;
    this.versions = versions;
    this.client = MillraceClient.connect(process.address());
    this.management = NettyChannelBuilder.forTarget(process.address()).usePlaintext().build();
    awaitKnown();
    this.watch =
        client.model(versions.getFileName().toString()).watch(this::onChange, failure -> {});
  }

  /**
   * Starts a server and waits until version 1 answers.
   *
   * @param home an empty folder
   * @param savedModel what each version is a copy of; its folder's name becomes the model's
   * @param settings the model's settings file; empty for none
   */
  static BenchServer start(Path home, Path savedModel, String settings, String... options)
      throws IOException, InterruptedException {
    Path versions =
        Files.createDirectories(home.resolve("saved_models").resolve(savedModel.getFileName()));
    if (!settings.isEmpty()) {
      Files.writeString(versions.resolve("millrace.yaml"), settings);
    }
    copy(savedModel, versions.resolve("1"));
    BenchServer server = new BenchServer(RunningServer.start(home, options), savedModel, versions);
    server.await(1, VersionState.AVAILABLE::equals);
    return server;
  }

  /** A generator of calls to it; the caller closes it. */
  Load load() {
    return new Load(process.address(), PredictCall.method());
  }

  /** A generator of calls of a method; the caller closes it. */
  Load load(MethodDescriptor<byte[], byte[]> method) {
    return new Load(process.address(), method);
  }

  /** Address of HTTP. */
  String httpAddress() {
    return process.httpAddress();
  }

  /** A generator of predictions over a wire; the caller closes it. */
  Load load(Wire wire) {
    return new Load(process.address(), wire.method(), wire.headers());
  }

  /** A generator of health checks; the caller closes it. */
  Load healthChecks() {
    return new Load(process.address(), PredictCall.healthCheck());
  }

  /** Id of its model. */
  String model() {
    return versions.getFileName().toString();
  }

  /** Calls that change its model. */
  ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(management);
  }

  /** Its process. */
  long pid() {
    return process.pid();
  }

  /** What it takes of the machine. */
  ProcessCost cost() {
    return new ProcessCost(process.pid());
  }

  /** Puts a version into the repository and returns at once. */
  void publish(long version) throws IOException {
    Path staged = versions.resolveSibling("staged-" + version);
    copy(savedModel, staged);
    Files.move(staged, versions.resolve(Long.toString(version)), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Waits until a version answers. */
  void awaitAvailable(long version) throws InterruptedException {
    await(version, VersionState.AVAILABLE::equals);
  }

  /** Takes a version out of the repository and waits until its memory was given back. */
  void withdraw(long version) throws IOException, InterruptedException {
    delete(versions.resolve(Long.toString(version)));
    await(version, state -> state == null || state == VersionState.RELEASED);
  }

  /** The sum of a metric's series. */
  double metric(String name, String... labels) throws IOException, InterruptedException {
    String text =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://" + process.managementAddress() + "/metrics"))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    double sum = 0;
    for (String line : text.split("\n")) {
      if (line.startsWith(name + "{") || line.startsWith(name + " ")) {
        boolean wanted = true;
        for (String label : labels) {
          wanted &= line.contains(label);
        }
        sum += wanted ? Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) : 0;
      }
    }
    return sum;
  }

  @Override
  public void close() throws InterruptedException {
    watch.close();
    client.close();
    management.shutdownNow();
    process.close();
  }

  /** A version that was copied in by hand is known only when two scans have seen it. */
  private void awaitKnown() {
    while (client.models().stream().noneMatch(known -> known.model().equals(model()))) {
      LockSupport.parkNanos(20_000_000);
    }
  }

  private synchronized void onChange(VersionInfo version) {
    states.put(version.version(), version.state());
    notifyAll();
  }

  private synchronized void await(long version, Predicate<@Nullable VersionState> wanted)
      throws InterruptedException {
    while (!wanted.test(states.get(version))) {
      if (states.get(version) == VersionState.FAILED) {
        throw new IllegalStateException("version " + version + " has failed");
      }
      wait();
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path file : walk.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
