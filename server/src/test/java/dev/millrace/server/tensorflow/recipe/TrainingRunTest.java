package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
  private static final LabelledImages EXAMPLES = MnistExamples.some().train();
  private static final LabelledImages UNSEEN = MnistExamples.some().validation();

  @Test
  void next_sameSeed_givesTheSameLosses() {
    double[] first = lossesOfSeed(42);
    double[] again = lossesOfSeed(42);
    double[] other = lossesOfSeed(43);

    for (int i = 0; i < first.length; i++) {
      assertThat(again[i]).isCloseTo(first[i], within(1e-4));
    }
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void next_fewSteps_makesTheLossFall() {
    try (TrainingRun run = new TrainingRun(parameters(40, 0.4f, 0.001f, 42), EXAMPLES)) {
      double[] losses = losses(run, 40);

      assertThat(losses[0]).isBetween(1.5, 5.0);
      assertThat(mean(losses, 30, 40)).isLessThan(0.5 * losses[0]);
      assertThat(run.step()).isEqualTo(40);
      assertThat(run.accuracy(UNSEEN)).isGreaterThan(0.7);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, 0.4f})
  void restore_freshRun_goesOnAsTheFirstOneDid(float dropout, @TempDir Path folder) {
    MnistCnnParameters parameters = parameters(20, dropout, 0.001f, 7);
    Checkpoint checkpoint = new Checkpoint(folder.resolve("checkpoint"));
    double accuracyAtCheckpoint;
    double[] expected;
    try (TrainingRun first = new TrainingRun(parameters, EXAMPLES)) {
      losses(first, 8);
      first.save(checkpoint);
      accuracyAtCheckpoint = first.accuracy(UNSEEN);
      expected = losses(first, 6);
    }

    try (TrainingRun second = new TrainingRun(parameters, EXAMPLES)) {
      second.restore(checkpoint);

      assertThat(second.step()).isEqualTo(8);
      assertThat(second.accuracy(UNSEEN)).isEqualTo(accuracyAtCheckpoint);
      double[] resumed = losses(second, 6);
      for (int i = 0; i < expected.length; i++) {
        assertThat(resumed[i]).isCloseTo(expected[i], within(1e-4));
      }
    }
  }

  @Test
  void restore_runWithEverythingOn_goesOnAsTheFirstOneDid(@TempDir Path folder) {
    MnistCnnParameters parameters = everything();
    Checkpoint checkpoint = new Checkpoint(folder.resolve("checkpoint"));
    double[] expected;
    double accuracy;
    try (TrainingRun first = new TrainingRun(parameters, EXAMPLES)) {
      losses(first, 8);
      first.save(checkpoint);
      expected = losses(first, 6);
      accuracy = first.accuracy(UNSEEN);
    }
    try (TrainingRun second = new TrainingRun(parameters, EXAMPLES)) {
      second.restore(checkpoint);
      double[] resumed = losses(second, 6);
      for (int i = 0; i < expected.length; i++) {
        assertThat(resumed[i]).isCloseTo(expected[i], within(1e-4));
      }
      assertThat(second.accuracy(UNSEEN)).isCloseTo(accuracy, within(0.011));
    }
  }

  @Test
  void publish_runWithAverages_exportsWhatWasMeasured() {
    try (TrainingRun run = new TrainingRun(everything(), EXAMPLES)) {
      losses(run, 30);
      double measured = run.accuracy(UNSEEN);
      float[] last = bias(run);
      run.publish();
      assertThat(bias(run)).isNotEqualTo(last);
      assertThat(run.accuracy(UNSEEN)).isEqualTo(measured);
    }
    try (TrainingRun plain = new TrainingRun(parameters(20, 0.4f, 0.001f, 42), EXAMPLES)) {
      losses(plain, 2);
      float[] last = bias(plain);
      plain.publish();
      assertThat(bias(plain)).isEqualTo(last);
    }
  }

  @Test
  void totalSteps_ofEpochs_followFromTheExamples() {
    MnistCnnParameters parameters = everything();
    assertThat(parameters.totalSteps(1000)).isEqualTo(2 * 1000 / 32);
    assertThat(parameters.totalSteps(1)).isEqualTo(1);
    assertThat(parameters(20, 0, 0.1f, 1).totalSteps(1000)).isEqualTo(20);
  }

  private static float[] bias(TrainingRun run) {
    float[] bias = new float[1024];
    run.readWeights(
        (name, values) -> {
          if (name.equals("dense/bias")) {
            values.read(bias);
          }
        });
    return bias;
  }

  private static MnistCnnParameters everything() {
    return new MnistCnnParameters(
        1,
        2,
        32,
        new NetworkForm(2, false),
        0.001f,
        1,
        0.4f,
        0.1f,
        0.99f,
        0,
        new Distortion(10, 0.1f, 2, 1),
        7);
  }

  @Test
  void next_runThatDiverges_saysWhereAndWhatToTry() {
    try (TrainingRun run = new TrainingRun(parameters(20, 0, 1e30f, 42), EXAMPLES)) {
      assertThatExceptionOfType(ServingException.class)
          .isThrownBy(() -> losses(run, 20))
          .withMessageContaining("at step")
          .withMessageContaining("learning_rate")
          .satisfies(failed -> assertThat(failed.reason()).isEqualTo(ErrorReason.TRAINING_FAILED));
    }
  }

  private static double[] lossesOfSeed(long seed) {
    try (TrainingRun run = new TrainingRun(parameters(4, 0.4f, 0.001f, seed), EXAMPLES)) {
      return losses(run, 4);
    }
  }

  private static double[] losses(TrainingRun run, int steps) {
    return IntStream.range(0, steps).mapToDouble(step -> run.next().loss()).toArray();
  }

  private static double mean(double[] values, int from, int to) {
    return IntStream.range(from, to).mapToDouble(i -> values[i]).average().orElseThrow();
  }

  private static MnistCnnParameters parameters(
      long steps, float dropout, float learningRate, long seed) {
    return new MnistCnnParameters(steps, 32, learningRate, dropout, seed);
  }
}
