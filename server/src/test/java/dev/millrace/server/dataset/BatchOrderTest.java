package dev.millrace.server.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
  @Test
  void batch_overOneEpoch_drawsEachExampleOnce() {
    BatchOrder order = new BatchOrder(100, 10, 7);

    int[] epoch = IntStream.range(0, 10).flatMap(i -> IntStream.of(draw(order, i))).toArray();

    assertThat(epoch).doesNotHaveDuplicates().hasSize(100).isNotEqualTo(range(100));
  }

  @Test
  void batch_thatAnEpochCannotFill_goesOnInTheNext() {
    BatchOrder order = new BatchOrder(10, 4, 7);

    int[] two = IntStream.range(0, 5).flatMap(i -> IntStream.of(draw(order, i))).toArray();

    assertThat(IntStream.of(two).limit(10).sorted().toArray()).isEqualTo(range(10));
    assertThat(IntStream.of(two).skip(10).sorted().toArray()).isEqualTo(range(10));
    assertThat(IntStream.of(two).limit(10).toArray())
        .isNotEqualTo(IntStream.of(two).skip(10).toArray());
  }

  @Test
  void batch_largerThanTheDataset_repeatsExamples() {
    int[] batch = draw(new BatchOrder(3, 9, 7), 5);

    assertThat(IntStream.of(batch).sorted().toArray()).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
  }

  @Test
  void batch_askedOutOfOrder_isTheSame() {
    BatchOrder forward = new BatchOrder(1000, 64, 42);
    int[] before = draw(forward, 15);
    draw(forward, 700);

    assertThat(draw(forward, 15)).isEqualTo(before);
    assertThat(draw(new BatchOrder(1000, 64, 42), 15)).isEqualTo(before);
  }

  @Test
  void batch_ofAnotherSeedOrNeighbouringSeedAndEpoch_differs() {
    int[] batch = draw(new BatchOrder(1000, 1000, 42), 1);

    assertThat(draw(new BatchOrder(1000, 1000, 43), 1)).isNotEqualTo(batch);
    assertThat(draw(new BatchOrder(1000, 1000, 43), 0)).isNotEqualTo(batch);
    assertThat(draw(new BatchOrder(1000, 1000, 42), 2)).isNotEqualTo(batch);
  }

  /** Lineage promises that a job gives the same batches again, under every release. */
  @Test
  void batch_overAWholeRun_isTheOneThatItWasInEarlierReleases() throws Exception {
    BatchOrder order = new BatchOrder(55_000, 100, 42);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int step = 0; step < 1000; step++) {
      for (int example : draw(order, step)) {
        digest.update(ByteBuffer.allocate(4).putInt(0, example));
      }
    }
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("44661c44c2b6bc5a947297e8d7d8db9194be74e7477690c464029ff749d3950c");
  }

  @Test
  void constructor_nothingToDraw_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new BatchOrder(0, 1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new BatchOrder(1, 0, 0));
  }

  private static int[] draw(BatchOrder order, long step) {
    int[] batch = new int[order.batchSize()];
    order.batch(step, batch);
    return batch;
  }

  private static int[] range(int count) {
    return IntStream.range(0, count).toArray();
  }
}
