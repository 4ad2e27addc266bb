package dev.millrace.client;

import java.time.Instant;
import java.util.Map;

/**
 * A request on which a shadow's answer differed.
 *
 * @param time when
 * @param signature the signature that ran
 * @param primaryVersion the version whose answer the caller got
 * @param shadowVersion the version that got the copy
 * @param inputs what was asked, by name; empty when the model's settings keep none of it
 * @param primaryOutputs what the caller got, by name
 * @param shadowOutputs what the shadow said, by name
 */
public record Disagreement(
    Instant time,
    String signature,
    long primaryVersion,
    long shadowVersion,
    Map<String, Tensor> inputs,
    Map<String, Tensor> primaryOutputs,
    Map<String, Tensor> shadowOutputs) {
  /** Copies the maps. */
  public Disagreement {
    inputs = Map.copyOf(inputs);
    primaryOutputs = Map.copyOf(primaryOutputs);
    shadowOutputs = Map.copyOf(shadowOutputs);
  }
}
