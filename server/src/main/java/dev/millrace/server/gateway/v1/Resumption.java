package dev.millrace.server.gateway.v1;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.RequestHeaders;
import dev.millrace.server.gateway.message.Scalars;
import dev.millrace.v1.TrainResponse;
import dev.millrace.v1.WatchTrainingJobRequest;
import dev.millrace.v1.WatchTrainingJobResponse;
import java.util.OptionalLong;

/**
 * Takes up a broken stream where it ended: events of a job have numbers, which are their ids, and a
 * browser that connects again sends the last one. Stateless.
 */
final class Resumption {
  private static final String LAST = "last-event-id";

  private Resumption() {}

  /** The request for what comes after the last event that the client has seen. */
  static Message apply(Message request, RequestHeaders headers) {
    String last = headers.get(LAST);
    if (last == null || last.isEmpty() || !(request instanceof WatchTrainingJobRequest watch)) {
      return request;
    }
    long sequence =
        (Long)
            Scalars.parse(
                WatchTrainingJobRequest.getDescriptor()
                    .findFieldByNumber(WatchTrainingJobRequest.AFTER_SEQUENCE_FIELD_NUMBER),
                last,
                LAST);
    return watch.toBuilder().setAfterSequence(sequence).build();
  }

  /** The number of an event; empty where the API has none. */
  static OptionalLong idOf(Message event) {
    if (event instanceof WatchTrainingJobResponse watched) {
      return OptionalLong.of(watched.getEvent().getSequence());
    }
    return event instanceof TrainResponse trained
        ? OptionalLong.of(trained.getEvent().getSequence())
        : OptionalLong.empty();
  }
}
