package dev.millrace.server.feedback;

/**
 * What a version answered when it was measured, as it was judged.
 *
 * @param classes how often it told each class
 * @param confidence how often the probability of the told class fell in each of equal bins over
 *     0..1
 */
@SuppressWarnings("ArrayRecordComponent")
public record Reference(long[] classes, long[] confidence) {
  /** For a version that was not measured. */
  public static final Reference NONE = new Reference(new long[0], new long[0]);
}
