package dev.millrace.server.inference;

import dev.millrace.server.catalog.Lease;
import java.util.List;

/**
 * A request that has passed the check, with the version that will answer it.
 *
 * @param request what was asked
 * @param lease the version, held until the answer is there; closed by who made this
 * @param outputs names of the outputs to compute, never empty, in the order of the answer
 */
public record LeasedRequest(InferenceRequest request, Lease lease, List<String> outputs) {
  /** Copies the list. */
  public LeasedRequest {
    outputs = List.copyOf(outputs);
  }
}
