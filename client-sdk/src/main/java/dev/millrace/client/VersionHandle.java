package dev.millrace.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A model in one of its versions. Every method waits for the answer and throws {@link
 * MillraceException}. Thread-safe.
 */
public class VersionHandle {
  private final AsyncVersionHandle async;

  VersionHandle(AsyncVersionHandle async) {
    this.async = async;
  }

  /** The same without waiting. */
  public AsyncVersionHandle async() {
    return async;
  }

  /**
   * Runs a signature.
   *
   * @param inputs all of the signature's inputs by name
   */
  public Prediction predict(String signature, Map<String, Tensor> inputs) {
    return Channel.await(async.predict(signature, inputs));
  }

  /** Runs {@code serving_default}. */
  public Prediction predict(Map<String, Tensor> inputs) {
    return Channel.await(async.predict(inputs));
  }

  /**
   * Runs {@code serving_default} on examples, one a row; the shape of an example is taken from the
   * signature, which must have one FLOAT32 input.
   */
  public Prediction predict(float[][] rows) {
    return Channel.await(async.predict(rows));
  }

  /**
   * Classifies examples, one a row; the signature must give {@code classes} and {@code
   * probabilities}.
   */
  public List<Classification> classify(float[][] rows) {
    return Channel.await(async.classify(rows));
  }

  /** Classifies one example. */
  public Classification classify(float[] row) {
    return classify(new float[][] {row}).get(0);
  }

  /** Classifies PNG or JPEG files by the signature {@code classify_image}. */
  public List<Classification> classify(Path... files) {
    return Channel.await(async.classify(files));
  }

  /**
   * Explains the answer of {@code serving_default} to one example, in the best way that the version
   * can: by gradients, or by covering parts of a picture.
   *
   * @param inputs all of the signature's inputs by name, each with a first size of 1
   * @param targetClass the class to explain; empty for the one with the highest score
   */
  public Explanation explain(Map<String, Tensor> inputs, OptionalInt targetClass) {
    return Channel.await(async.explain(inputs, targetClass));
  }

  /** The model with its versions, or with the one that this handle names. */
  public ModelInfo status() {
    return Channel.await(async.status());
  }
}
