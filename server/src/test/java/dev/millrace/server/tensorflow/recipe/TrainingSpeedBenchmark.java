package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Measures the recipe's training speed against a bare TensorFlow loop, in turn in one process:
 *
 * <pre>{@code mvn -B -P bench-training -pl server -am verify -DskipTests}</pre>
 *
 * <p>Prints images a second of both for each round, and the ratio: median, lowest and highest.
 * Arguments: rounds (default 9), steps a round (default 60), batch size (default 100).
 */
public final class TrainingSpeedBenchmark {
  private static final int WARM_UP = 20;
  private static final int SLICE = 5;

  private TrainingSpeedBenchmark() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    int rounds = argument(arguments, 0, 9);
    int slices = Math.max(1, argument(arguments, 1, 60) / SLICE);
    int batchSize = argument(arguments, 2, 100);
    LabelledImages examples = MnistExamples.all().train();
    MnistCnnParameters parameters =
        new MnistCnnParameters(Integer.MAX_VALUE, batchSize, 0.001f, 0.4f, 42);
    double[] bareSpeeds = new double[rounds];
    double[] recipeSpeeds = new double[rounds];
    double[] ratios = new double[rounds];
    try (BareTrainingLoop bare = new BareTrainingLoop(examples, batchSize);
        TrainingRun run = new TrainingRun(parameters, examples)) {
      ProgressMeter meter =
          new ProgressMeter(0, parameters.steps(), batchSize, 100, System::nanoTime);
      IntConsumer recipe =
          count -> {
            for (int i = 0; i < count; i++) {
              TrainingRun.StepResult result = run.next();
              meter.add(result.loss(), result.correct());
            }
          };
      bare.run(WARM_UP);
      recipe.accept(WARM_UP);
      for (int round = 0; round < rounds; round++) {
        long bareNanos = 0;
        long recipeNanos = 0;
        // Short slices in turn, so that a change of the machine's speed meets both.
        for (int slice = 0; slice < slices; slice++) {
          if (slice % 2 == 0) {
            bareNanos += nanos(bare::run);
            recipeNanos += nanos(recipe);
          } else {
            recipeNanos += nanos(recipe);
            bareNanos += nanos(bare::run);
          }
        }
        bareSpeeds[round] = speed(slices * SLICE * batchSize, bareNanos);
        recipeSpeeds[round] = speed(slices * SLICE * batchSize, recipeNanos);
        ratios[round] = recipeSpeeds[round] / bareSpeeds[round];
        print(
            "round %d: bare %.0f, recipe %.0f images/s, ratio %.3f",
            round + 1, bareSpeeds[round], recipeSpeeds[round], ratios[round]);
      }
    }
    print("bare   %s images/s", range(bareSpeeds, "%.0f (%.0f..%.0f)"));
    print("recipe %s images/s", range(recipeSpeeds, "%.0f (%.0f..%.0f)"));
    print("ratio  %s", range(ratios, "%.3f (%.3f..%.3f)"));
  }

  private static long nanos(IntConsumer loop) {
    long began = System.nanoTime();
    loop.accept(SLICE);
    return System.nanoTime() - began;
  }

  private static double speed(long images, long nanos) {
    return images * 1e9 / nanos;
  }

  private static String range(double[] values, String format) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT, format, sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }

  private static int argument(String[] arguments, int index, int ifNone) {
    return index < arguments.length ? Integer.parseInt(arguments[index]) : ifNone;
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
