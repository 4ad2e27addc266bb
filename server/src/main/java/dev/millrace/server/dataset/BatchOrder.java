package dev.millrace.server.dataset;

import java.util.SplittableRandom;

/**
 * The order in which a run sees its examples: a permutation for each epoch (Fisher and Yates, in
 * Durstenfeld's form), and batches that go on into the next epoch without a gap. What a step sees
 * is a function of seed and step alone, so a run that is resumed sees what it would have seen. Not
 * thread-safe: it keeps the last permutation.
 */
public final class BatchOrder {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final int[] permutation;
  private final int batchSize;
  private long epoch = -1;

  /**
   * An order.
   *
   * @param examples number of examples, at least 1
   * @param batchSize examples a step, at least 1
   */
  public BatchOrder(long seed, int examples, int batchSize) {
    if (examples < 1 || batchSize < 1) {
      throw new IllegalArgumentException(examples + " examples in batches of " + batchSize);
    }
    this.seed = seed;
    this.permutation = new int[examples];
    this.batchSize = batchSize;
  }

  /**
   * Indices of the examples of one step.
   *
   * @param step counted from 0
   */
  public int[] batch(long step) {
    int[] batch = new int[batchSize];
    for (int i = 0; i < batchSize; i++) {
      long position = Math.addExact(Math.multiplyExact(step, (long) batchSize), i);
      shuffleFor(position / permutation.length);
      batch[i] = permutation[(int) (position % permutation.length)];
    }
    return batch;
  }

  private void shuffleFor(long wanted) {
    if (wanted == epoch) {
      return;
    }
    epoch = wanted;
    SplittableRandom random = new SplittableRandom(seed + GOLDEN_GAMMA * (wanted + 1));
    for (int i = 0; i < permutation.length; i++) {
      permutation[i] = i;
    }
    for (int i = permutation.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = permutation[i];
      permutation[i] = permutation[j];
      permutation[j] = swapped;
    }
  }
}
