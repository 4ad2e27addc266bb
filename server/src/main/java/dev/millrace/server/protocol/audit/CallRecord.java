package dev.millrace.server.protocol.audit;

import io.grpc.Context;
import java.util.concurrent.atomic.AtomicBoolean;

/** Whether a call has been written down, for whoever stands farther out. Thread-safe. */
final class CallRecord {
  private static final Context.Key<CallRecord> KEY = Context.key("audit");

  private final AtomicBoolean written = new AtomicBoolean();

  /** The present call's with a record in its context. */
  static Context with(CallRecord record) {
    return Context.current().withValue(KEY, record);
  }

  /** Notes that the present call has been written down. */
  static void noteWritten() {
    CallRecord record = KEY.get();
    if (record != null) {
      record.written.set(true);
    }
  }

  boolean isWritten() {
    return written.get();
  }
}
