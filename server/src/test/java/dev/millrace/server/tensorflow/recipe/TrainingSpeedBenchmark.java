package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Measures the recipe's training speed against a bare TensorFlow loop, and again with every
 * distortion of the images, in turn in one process:
 *
 * <pre>{@code mvn -B -P bench-training -pl server -am verify -DskipTests}</pre>
 *
 * <p>Prints images a second of the three for each round, and the ratios: median, lowest and
 * highest. Arguments: rounds (default 9), steps a round (default 60), batch size (default 100).
 */
public final class TrainingSpeedBenchmark {
  /** What the line of a round begins with; then images a second: bare, recipe, distorted. */
  public static final String ROUND = "round ";

  private static final int WARM_UP = 20;
  private static final int SLICE = 5;
  private static final Distortion EVERY = new Distortion(12, 0.1f, 2, 1.5f);

  private TrainingSpeedBenchmark() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    int rounds = argument(arguments, 0, 9);
    int slices = Math.max(1, argument(arguments, 1, 60) / SLICE);
    int batchSize = argument(arguments, 2, 100);
    LabelledImages examples = MnistExamples.all().train();
    double[] ratios = new double[rounds];
    double[] costs = new double[rounds];
    try (BareTrainingLoop bare = new BareTrainingLoop(examples, batchSize);
        TrainingRun plain = new TrainingRun(parameters(batchSize, Distortion.NONE), examples);
        TrainingRun distorted = new TrainingRun(parameters(batchSize, EVERY), examples)) {
      IntConsumer[] loops = {bare::run, steps(plain), steps(distorted)};
      for (IntConsumer loop : loops) {
        loop.accept(WARM_UP);
      }
      for (int round = 0; round < rounds; round++) {
        long[] nanos = nanos(loops, slices);
        double[] speeds = new double[loops.length];
        for (int i = 0; i < loops.length; i++) {
          speeds[i] = (double) slices * SLICE * batchSize * 1e9 / nanos[i];
        }
        ratios[round] = speeds[1] / speeds[0];
        costs[round] = speeds[1] / speeds[2] - 1;
        print(ROUND + "%.1f %.1f %.1f", speeds[0], speeds[1], speeds[2]);
      }
    }
    print("recipe over bare loop   %s", range(ratios));
    print("cost of the distortions %s", range(costs));
  }

  private static MnistCnnParameters parameters(int batchSize, Distortion distortion) {
    return new MnistCnnParameters(
        Integer.MAX_VALUE,
        0,
        batchSize,
        new NetworkForm(1, true),
        0.001f,
        0,
        0.4f,
        0,
        0,
        0,
        distortion,
        42);
  }

  private static IntConsumer steps(TrainingRun run) {
    ProgressMeter meter =
        new ProgressMeter(0, run.totalSteps(), run.parameters().batchSize(), 100, System::nanoTime);
    return count -> {
      for (int i = 0; i < count; i++) {
        TrainingSession.StepResult result = run.next();
        meter.add(result.loss(), result.correct());
      }
    };
  }

  /** Short slices in turn, each time by another first, so that the machine's drift meets all. */
  private static long[] nanos(IntConsumer[] loops, int slices) {
    long[] nanos = new long[loops.length];
    for (int slice = 0; slice < slices; slice++) {
      for (int i = 0; i < loops.length; i++) {
        int loop = (slice + i) % loops.length;
        long began = System.nanoTime();
        loops[loop].accept(SLICE);
        nanos[loop] += System.nanoTime() - began;
      }
    }
    return nanos;
  }

  private static String range(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%.3f (%.3f..%.3f)",
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }

  private static int argument(String[] arguments, int index, int ifNone) {
    return index < arguments.length ? Integer.parseInt(arguments[index]) : ifNone;
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
