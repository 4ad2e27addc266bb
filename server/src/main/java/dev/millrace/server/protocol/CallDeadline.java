package dev.millrace.server.protocol;

import dev.millrace.server.model.Deadline;
import io.grpc.Context;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** The deadline of a call. */
public final class CallDeadline {
  private CallDeadline() {}

  /** When the call of this context is of no more use. */
  public static Deadline of(Context context, InstantSource clock) {
    io.grpc.Deadline deadline = context.getDeadline();
    return deadline == null
        ? Deadline.NONE
        : new Deadline(clock.instant().plusNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)));
  }
}
