package dev.millrace.server.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;

/**
 * What a program gets that calls TensorFlow Java by itself: a SavedModel's {@code serving_default}
 * in a loop, with a tensor that is filled once and results that nobody reads. Runs in a process of
 * its own and takes orders on standard input: {@code rows width threads pauseMicros millis}.
 * Answers each with {@code calls seconds p50micros p99micros}.
 *
 * <p>Arguments: the SavedModel, and {@code tuned} for one thread a session run in the calling
 * thread, or {@code default} for TensorFlow's own choice.
 */
public final class BareLoop {
  private final Session session;
  private final RunOptions options;
  private final TensorInfo input;
  private final List<String> outputs = new ArrayList<>();

  private BareLoop(SavedModelBundle model, RunOptions options) {
    SignatureDef signature = model.metaGraphDef().getSignatureDefOrThrow("serving_default");
    this.session = model.session();
    this.options = options;
    this.input = signature.getInputsMap().values().iterator().next();
    signature.getOutputsMap().values().forEach(output -> outputs.add(output.getName()));
  }

  /** Loads the model and obeys until standard input ends. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean tuned = arguments[1].equals("tuned");
    ConfigProto config =
        tuned
            ? ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(1)
                .setInterOpParallelismThreads(1)
                .build()
            : ConfigProto.getDefaultInstance();
    RunOptions options =
        tuned
            ? RunOptions.newBuilder().setInterOpThreadPool(-1).build()
            : RunOptions.getDefaultInstance();
    try (SavedModelBundle model =
            SavedModelBundle.loader(Path.of(arguments[0]).toString())
                .withTags("serve")
                .withConfigProto(config)
                .load();
        BufferedReader orders =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      BareLoop loop = new BareLoop(model, options);
      System.out.println("ready");
      for (String line = orders.readLine(); line != null; line = orders.readLine()) {
        String[] order = line.split(" ");
        System.out.println(
            loop.measure(
                Integer.parseInt(order[0]),
                Integer.parseInt(order[1]),
                Integer.parseInt(order[2]),
                Long.parseLong(order[3]),
                Long.parseLong(order[4])));
      }
    }
  }

  private String measure(int rows, int width, int threads, long pauseMicros, long millis)
      throws InterruptedException {
    long[] sizes = new long[input.getTensorShape().getDimCount()];
    for (int i = 0; i < sizes.length; i++) {
      long size = input.getTensorShape().getDim(i).getSize();
      sizes[i] = i == 0 ? rows : size < 0 ? width : size;
    }
    Shape shape = Shape.of(sizes);
    float[] values = new float[Math.toIntExact(shape.size())];
    Random random = new Random(7);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Histogram times = new ConcurrentHistogram(60_000_000_000L, 3);
    long begin = System.nanoTime();
    long end = begin + millis * 1_000_000;
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread caller = new Thread(() -> call(shape, values, pauseMicros * 1000, end, times));
      caller.start();
      callers.add(caller);
    }
    for (Thread caller : callers) {
      caller.join();
    }
    return String.format(
        "%d %.6f %.3f %.3f",
        times.getTotalCount(),
        (System.nanoTime() - begin) / 1e9,
        times.getValueAtPercentile(50) / 1e3,
        times.getValueAtPercentile(99) / 1e3);
  }

  private void call(Shape shape, float[] values, long pauseNanos, long end, Histogram times) {
    try (TFloat32 tensor = TFloat32.tensorOf(shape, DataBuffers.of(values, true, false))) {
      for (long start = System.nanoTime(); start - end < 0; start = System.nanoTime()) {
        Session.Runner runner = session.runner().setOptions(options).feed(input.getName(), tensor);
        outputs.forEach(runner::fetch);
        try (Result result = runner.run()) {
          times.recordValue(System.nanoTime() - start);
        }
        if (pauseNanos > 0) {
          LockSupport.parkNanos(pauseNanos);
        }
      }
    }
  }
}
