package dev.millrace.server.tensorflow.record;

/**
 * What the tensors of one file may take up in memory: a few bytes can stand for a tensor of any
 * size, since the last of its values is repeated. Confined to one thread.
 */
public final class ByteBudget {
  private final long size;
  private long left;

  /**
   * A budget of which nothing is taken.
   *
   * @param size in bytes
   */
  public ByteBudget(long size) {
    this.size = size;
    this.left = size;
  }

  /**
   * Takes a part of it.
   *
   * @throws DamagedRecordException if less is left
   */
  void take(long elements, int elementSize) throws DamagedRecordException {
    if (elements > left / elementSize) {
      throw new DamagedRecordException("the tensors take more than " + (size >> 20) + " MiB");
    }
    left -= elements * elementSize;
  }
}
