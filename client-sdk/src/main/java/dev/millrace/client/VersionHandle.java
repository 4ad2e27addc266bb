package dev.millrace.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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

  /** The model with its versions, or with the one that this handle names. */
  public ModelInfo status() {
    return Channel.await(async.status());
  }
}
