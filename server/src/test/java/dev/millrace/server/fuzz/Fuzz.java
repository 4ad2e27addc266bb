package dev.millrace.server.fuzz;

import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.server.testing.RawCall;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.ServedModels;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Sends hostile requests over all wires to a real server for a while. Properties: {@code
 * millrace.fuzz.seconds} (600) and {@code millrace.fuzz.seed} (drawn, and printed).
 */
public final class Fuzz {
  private static final int BATCH = 100;
  private static final int CHANGES_EVERY = 100;
  private static final int CHANGES_FIRST = 4;
  private static final int IN_FLIGHT = 16;
  private static final long PATIENCE_SECONDS = 60;

  private final RunningServer server;
  private final List<Target> targets;
  private final FuzzReport report = new FuzzReport();
  private final AnswerCheck check = new AnswerCheck(report);
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
  private final SanityCheck sanity;

  private Fuzz(RunningServer server, List<Target> targets) {
    this.server = server;
    this.targets = targets;
    this.sanity = new SanityCheck(targets, report);
  }

  /** Runs in a fresh folder; ends with 1 when something was found. */
  public static void main(String[] arguments) throws Exception {
    Duration time = Duration.ofSeconds(Long.getLong("millrace.fuzz.seconds", 600));
    long seed = Long.getLong("millrace.fuzz.seed", new Random().nextLong());
    Path folder = Files.createTempDirectory("millrace-fuzz");
    FuzzReport report = run(folder, time, seed);
    System.out.println(report);
    System.out.println("the server's log is " + folder.resolve("server.log"));
    System.exit(report.findings().isEmpty() ? 0 : 1);
  }

  static FuzzReport run(Path folder, Duration time, long seed)
      throws IOException, InterruptedException {
    System.out.println("fuzzing for " + time.toSeconds() + " s from the seed " + seed);
    List<Target> targets = FuzzRepository.write(folder.resolve("saved_models"));
    try (RunningServer server =
        RunningServer.start(folder, "--scan-interval", "100ms", "--check-models", "inspect")) {
      Fuzz fuzz = new Fuzz(server, targets);
      fuzz.run(time, seed);
      return fuzz.report;
    }
  }

  private void run(Duration time, long seed) throws IOException, InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(server.address())
            .usePlaintext()
            .disableRetry()
            .maxInboundMessageSize(512 << 20)
            .build();
    try {
      ServedModels.await(channel, (int) targets.stream().map(Target::model).distinct().count());
      long end = System.nanoTime() + time.toNanos();
      for (long batch = 0; System.nanoTime() - end < 0 && isAlive(batch, seed); batch++) {
        Random random = new Random(seed + batch);
        boolean changing = batch % CHANGES_EVERY == CHANGES_FIRST;
        AllMakers maker = new AllMakers(random, targets, changing);
        for (int i = 0; i < BATCH; i++) {
          send(channel, maker.next());
        }
        awaitIdle();
        if (changing) {
          restore(channel);
        }
        sanity.ask(channel, batch);
      }
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    new IdleCheck(server, report).awaitIdle();
    if (!server.isAlive() || server.stop() != 0) {
      report.finding("the server did not live to a clean end", new byte[0]);
    }
  }

  private boolean isAlive(long batch, long seed) {
    if (!server.isAlive()) {
      report.finding("the server died in the batch before " + (seed + batch), new byte[0]);
    }
    return server.isAlive();
  }

  private void send(Channel channel, FuzzCall fuzz) throws InterruptedException {
    inFlight.acquire();
    long micros =
        fuzz.deadlineMicros() == 0
            ? TimeUnit.SECONDS.toMicros(PATIENCE_SECONDS)
            : fuzz.deadlineMicros();
    Metadata headers = new Metadata();
    fuzz.headers()
        .forEach(
            (name, value) ->
                headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    ClientCall<byte[], byte[]> call =
        RawCall.send(
            channel,
            fuzz.method(),
            headers,
            fuzz.messages(),
            micros,
            (status, trailers, answers) -> answered(fuzz, status, trailers, answers));
    if (fuzz.cancelAfter() >= 0) {
      for (int i = 0; i < fuzz.cancelAfter(); i++) {
        Thread.onSpinWait();
      }
      call.cancel("the fuzzer goes away", null);
    }
  }

  private void answered(FuzzCall fuzz, Status status, Metadata trailers, List<byte[]> answers) {
    try {
      check.check(fuzz, status, trailers, answers);
    } catch (RuntimeException | AssertionError defect) {
      report.finding("the check failed: " + defect, fuzz.bytes());
    } finally {
      inFlight.release();
    }
  }

  private void awaitIdle() throws InterruptedException {
    if (!inFlight.tryAcquire(IN_FLIGHT, 2 * PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      report.finding("calls got no answer", new byte[0]);
      return;
    }
    inFlight.release(IN_FLIGHT);
  }

  /** Has all models served again, whatever became of them. */
  private void restore(Channel channel) {
    try {
      ModelServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .handleReloadConfigRequest(ChangeMaker.all(targets));
    } catch (StatusRuntimeException refused) {
      report.finding("the models do not come back: " + refused.getStatus(), new byte[0]);
    }
  }
}
