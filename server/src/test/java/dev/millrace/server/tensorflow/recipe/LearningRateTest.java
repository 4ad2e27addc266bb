package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tensorflow.EagerSession;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

final class LearningRateTest {
  @Test
  void of_noDecay_isTheFirstThroughout() {
    assertThat(rate(0, 0)).isEqualTo(0.01f);
    assertThat(rate(0, 1000)).isEqualTo(0.01f);
  }

  @Test
  void of_decay_fallsAlongHalfACosine() {
    assertThat(rate(1, 0)).isCloseTo(0.01f, within(1e-7f));
    assertThat(rate(1, 250)).isCloseTo(0.0085355f, within(1e-6f));
    assertThat(rate(1, 500)).isCloseTo(0.005f, within(1e-7f));
    assertThat(rate(1, 1000)).isCloseTo(0, within(1e-7f));
    assertThat(rate(0.9f, 1000)).isCloseTo(0.001f, within(1e-7f));
  }

  private static float rate(float decay, long step) {
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      try (TFloat32 rate = LearningRate.of(tf, 0.01f, decay, 1000, tf.constant(step)).asTensor()) {
        return rate.getFloat();
      }
    }
  }
}
