package dev.millrace.server.usage;

/**
 * What was used.
 *
 * @param requests predictions that were answered
 * @param examples rows of theirs
 * @param bytesIn bytes of their tensors
 * @param bytesOut bytes of the answers' tensors
 * @param computeNanos time of workers that runs took, in nanoseconds, failed runs included
 * @param trainingNanos time that training jobs ran
 * @param savedNanos time of workers that kept and shared answers saved, as estimated
 */
public record Amounts(
    long requests,
    long examples,
    long bytesIn,
    long bytesOut,
    long computeNanos,
    long trainingNanos,
    long savedNanos) {
  /** Nothing. */
  public static final Amounts NOTHING = new Amounts(0, 0, 0, 0, 0, 0, 0);

  /** An answer to a request. */
  public static Amounts ofAnswer(int examples, long bytesIn, long bytesOut) {
    return new Amounts(1, examples, bytesIn, bytesOut, 0, 0, 0);
  }

  /** Time of a worker. */
  public static Amounts ofCompute(long nanos) {
    return new Amounts(0, 0, 0, 0, nanos, 0, 0);
  }

  /** Time of a training job. */
  public static Amounts ofTraining(long nanos) {
    return new Amounts(0, 0, 0, 0, 0, nanos, 0);
  }

  /** Time of a worker that was saved. */
  public static Amounts ofSavings(long nanos) {
    return new Amounts(0, 0, 0, 0, 0, 0, nanos);
  }

  /** Both together. */
  public Amounts plus(Amounts more) {
    return new Amounts(
        requests + more.requests,
        examples + more.examples,
        bytesIn + more.bytesIn,
        bytesOut + more.bytesOut,
        computeNanos + more.computeNanos,
        trainingNanos + more.trainingNanos,
        savedNanos + more.savedNanos);
  }
}
