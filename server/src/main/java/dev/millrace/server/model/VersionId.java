package dev.millrace.server.model;

/**
 * One version of a model.
 *
 * @param model the model
 * @param number the version number, at least 1
 */
public record VersionId(ModelName model, long number) implements Comparable<VersionId> {
  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public VersionId {
    if (number < 1) {
      throw new IllegalArgumentException("version " + number + " is below 1");
    }
  }

  /** {@code models/mnist/versions/3}. */
  public String resource() {
    return model.resource() + "/versions/" + number;
  }

  @Override
  public int compareTo(VersionId other) {
    int byModel = model.compareTo(other.model);
    return byModel != 0 ? byModel : Long.compare(number, other.number);
  }

  /** {@code mnist version 3}, for messages. */
  @Override
  public String toString() {
    return model + " version " + number;
  }
}
