package dev.millrace.client;

/**
 * The class of one example.
 *
 * @param model id of the model
 * @param version the version that answered
 * @param label the class
 * @param probabilities of each class, 0..1
 */
public record Classification(String model, long version, int label, float[] probabilities) {
  /** Copies the array. */
  public Classification {
    probabilities = probabilities.clone();
  }

  /** Probability of each class, as a copy. */
  @Override
  public float[] probabilities() {
    return probabilities.clone();
  }

  /** Probability of the class that was chosen, 0..1. */
  public float confidence() {
    return probabilities[label];
  }
}
