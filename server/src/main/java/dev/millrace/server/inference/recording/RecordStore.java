package dev.millrace.server.inference.recording;

import dev.millrace.server.model.RequestLogSettings;
import java.io.IOException;

/** Keeps records in files. Confined to one thread. */
public interface RecordStore {
  /**
   * Writes a record.
   *
   * @return false if it is larger than a file may become, and was not written
   * @throws IOException if it cannot be written
   */
  boolean write(RecordedRequest record, RequestLogSettings settings) throws IOException;
}
