package dev.millrace.server.gateway.rest;

import java.util.concurrent.CompletionStage;

/** One family of paths. Thread-safe. */
public interface RestWire {
  /**
   * Answers a request; errors are replies too.
   *
   * @return never completes exceptionally
   */
  CompletionStage<RestReply> answer(RestRequest request);
}
