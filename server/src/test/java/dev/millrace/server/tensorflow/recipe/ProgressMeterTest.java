package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.training.TrainingProgress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {
  private final AtomicLong clock = new AtomicLong(5);

  @Test
  void report_afterSteps_givesMeansAndRatesOfTheStretch() {
    ProgressMeter meter = new ProgressMeter(0, 250, 10, 100, clock::get);
    steps(meter, 100, 0.5f, 8);
    meter.report(100, () -> validate(0.75));
    steps(meter, 100, 0.25f, 9);

    TrainingProgress progress = meter.report(200, () -> validate(0.85));

    assertThat(progress.step()).isEqualTo(200);
    assertThat(progress.totalSteps()).isEqualTo(250);
    assertThat(progress.loss()).isEqualTo(0.25);
    assertThat(progress.trainAccuracy()).isEqualTo(0.9);
    assertThat(progress.validationAccuracy()).isEqualTo(0.85);
    assertThat(progress.examplesPerSecond()).isEqualTo(1000);
    // 50 steps of 10 ms, and one validation of 300 ms.
    assertThat(progress.timeLeft()).isEqualTo(Duration.ofMillis(800));
    assertThat(meter.trainingTime()).isEqualTo(Duration.ofSeconds(2));
    assertThat(meter.examplesPerSecond(200)).isEqualTo(1000);
  }

  @Test
  void report_runThatWentOnFromACheckpoint_countsItsOwnStepsAlone() {
    ProgressMeter meter = new ProgressMeter(900, 1000, 10, 100, clock::get);
    steps(meter, 100, 0.5f, 10);

    TrainingProgress progress = meter.report(1000, () -> validate(1));

    assertThat(progress.timeLeft()).isEqualTo(Duration.ZERO);
    assertThat(meter.examplesPerSecond(1000)).isEqualTo(1000);
  }

  private void steps(ProgressMeter meter, int count, float loss, int correct) {
    for (int i = 0; i < count; i++) {
      clock.addAndGet(10_000_000);
      meter.add(loss, correct);
    }
  }

  private double validate(double accuracy) {
    clock.addAndGet(300_000_000);
    return accuracy;
  }
}
