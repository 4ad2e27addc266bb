package dev.millrace.server.protocol;

import dev.millrace.server.model.ServingException;
import io.grpc.Status;

/**
 * An error as one wire says it; clients of other servers match codes and texts.
 *
 * @param code gRPC's code
 * @param text the status's message
 */
public record Wording(Status.Code code, String text) {
  /** Our own words. */
  public static Wording of(ServingException error) {
    return new Wording(Status.Code.valueOf(error.reason().category().name()), error.message());
  }
}
