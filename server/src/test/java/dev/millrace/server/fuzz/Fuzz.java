package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.server.testing.RawPredict;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.ServedModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
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
 * Sends hostile requests to a real server for a while. Properties: {@code millrace.fuzz.seconds}
 * (600) and {@code millrace.fuzz.seed} (drawn, and printed).
 */
public final class Fuzz {
  private static final int BATCH = 100;
  private static final int IN_FLIGHT = 16;
  private static final long PATIENCE_SECONDS = 60;

  private final RunningServer server;
  private final List<Target> targets;
  private final FuzzReport report = new FuzzReport();
  private final AnswerCheck check = new AnswerCheck(report);
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT);

  private Fuzz(RunningServer server, List<Target> targets) {
    this.server = server;
    this.targets = targets;
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
        RequestMaker maker = new RequestMaker(new Random(seed + batch), targets);
        for (int i = 0; i < BATCH; i++) {
          send(channel, maker.next());
        }
        awaitIdle();
        askSomethingSane(channel, batch);
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

  private void send(ManagedChannel channel, FuzzCall fuzz) throws InterruptedException {
    inFlight.acquire();
    long micros =
        fuzz.deadlineMicros() == 0
            ? TimeUnit.SECONDS.toMicros(PATIENCE_SECONDS)
            : fuzz.deadlineMicros();
    ClientCall<byte[], byte[]> call =
        RawPredict.send(
            channel,
            fuzz.bytes(),
            micros,
            (status, trailers, answer) -> answered(fuzz, status, trailers, answer));
    if (fuzz.cancelAfter() >= 0) {
      for (int i = 0; i < fuzz.cancelAfter(); i++) {
        Thread.onSpinWait();
      }
      call.cancel("the fuzzer goes away", null);
    }
  }

  private void answered(FuzzCall fuzz, Status status, Metadata trailers, byte[] answer) {
    try {
      check.check(fuzz, status, trailers, answer);
    } catch (RuntimeException defect) {
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

  /** The next honest caller gets a right answer. */
  private void askSomethingSane(ManagedChannel channel, long batch) {
    float value = batch % 1000;
    PredictRequest request =
        PredictRequest.newBuilder()
            .setModel("doubling")
            .putInputs(
                "x",
                Tensor.newBuilder()
                    .setDtype(DataType.DATA_TYPE_FLOAT32)
                    .addAllShape(List.of(1L, 2L))
                    .addFloats(value)
                    .addFloats(1)
                    .build())
            .build();
    Target target = targets.get((int) (batch % targets.size()));
    try {
      InferenceServiceGrpc.InferenceServiceBlockingStub stub =
          InferenceServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!stub.predict(request)
          .getOutputsOrThrow("y")
          .getFloatsList()
          .equals(List.of(2 * value, 2f))) {
        report.finding("a good request got a wrong answer", request.toByteArray());
      }
      if (target.isIdentity()) {
        PredictRequest sane = identity(target);
        if (!stub.predict(sane).getOutputsOrThrow("y").equals(sane.getInputsOrThrow("x"))) {
          report.finding("a good tensor came back otherwise", sane.toByteArray());
        }
      }
    } catch (StatusRuntimeException refused) {
      report.finding("a good request was refused: " + refused.getStatus(), request.toByteArray());
    }
  }

  private static PredictRequest identity(Target target) {
    DataType dtype = target.inputs().get(0).dtype();
    Tensor.Builder x = Tensor.newBuilder().setDtype(dtype).addShape(16);
    if (dtype == DataType.DATA_TYPE_STRING) {
      for (int i = 0; i < 16; i++) {
        x.addStrings(ByteString.copyFrom(new byte[] {(byte) i, -1}));
      }
    } else {
      x.setData(
          ByteString.copyFrom(
              new byte
                  [16
                      * dev.millrace.server.tensor.DataType.ofNumber(dtype.getNumber())
                          .byteSize()]));
    }
    return PredictRequest.newBuilder().setModel(target.model()).putInputs("x", x.build()).build();
  }
}
