package dev.millrace.server.dataset;

import java.util.Objects;
import java.util.SplittableRandom;

/**
 * The seeded order in which examples are drawn: each epoch is a permutation of its own, and a batch
 * that an epoch cannot fill goes on in the next. A batch depends on the seed and its step alone, so
 * a run can go on at any step. Not safe for use by many threads at once.
 */
public final class BatchOrder {
  private final int count;
  private final int batchSize;
  private final long seed;
  private final int[] permutation;
  private long permutedEpoch = -1;

  /**
   * An order.
   *
   * @param count number of examples, at least 1
   * @param batchSize examples a batch, at least 1
   * @param seed the same seed gives the same batches
   */
  public BatchOrder(int count, int batchSize, long seed) {
    if (count < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "count " + count + " and batch size " + batchSize + " must be at least 1");
    }
    this.count = count;
    this.batchSize = batchSize;
    this.seed = seed;
    this.permutation = new int[count];
  }

  /** Examples a batch. */
  public int batchSize() {
    return batchSize;
  }

  /**
   * Writes the examples of one batch.
   *
   * @param step number of the batch, from 0
   * @param target takes {@link #batchSize()} indexes, each from 0 to below the count
   */
  public void batch(long step, int[] target) {
    Objects.checkFromIndexSize(0, batchSize, target.length);
    long first = Math.multiplyExact(step, (long) batchSize);
    for (int i = 0; i < batchSize; i++) {
      long position = first + i;
      permute(position / count);
      target[i] = permutation[(int) (position % count)];
    }
  }

  private void permute(long epoch) {
    if (epoch == permutedEpoch) {
      return;
    }
    for (int i = 0; i < count; i++) {
      permutation[i] = i;
    }
    // Two generators, because seed + epoch alone would give epochs that share their numbers.
    SplittableRandom random =
        new SplittableRandom(
            new SplittableRandom(seed).nextLong() ^ new SplittableRandom(~epoch).nextLong());
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = permutation[i];
      permutation[i] = permutation[j];
      permutation[j] = swapped;
    }
    permutedEpoch = epoch;
  }
}
