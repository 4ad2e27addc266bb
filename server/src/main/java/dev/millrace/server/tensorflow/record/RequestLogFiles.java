package dev.millrace.server.tensorflow.record;

import dev.millrace.server.inference.recording.RecordStore;
import dev.millrace.server.inference.recording.RecordedRequest;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.RequestLogSettings;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records as TFRecord files, {@code <root>/<model>/<time>.tfrecord}. The file that is written to
 * ends with {@code .part}; a record is in it, for readers, when its write returns. A file is closed
 * when it is full or has been open for an eighth of the time that records are kept; it goes as a
 * whole when its first record is that old, or when the model's files together are too large.
 * Confined to one thread.
 */
public final class RequestLogFiles implements RecordStore, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RequestLogFiles.class);
  private static final int SHARE_OF_KEEP = 8;
  // A record's length and its two checksums.
  private static final int FRAME = 16;

  private final RequestLogFolder folder;
  private final InstantSource clock;
  private final Map<ModelName, OpenFile> open = new HashMap<>();
  private long last;

  /**
   * Files below a folder, which is made when it is needed. Those that a stop of the machine left
   * open are closed, without a record that was cut off.
   */
  public RequestLogFiles(RequestLogFolder folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
    folder.closeLeftOpen();
  }

  private record OpenFile(Path path, OutputStream out, TfRecordWriter records, Instant begun) {}

  @Override
  public boolean write(RecordedRequest record, RequestLogSettings settings) throws IOException {
    byte[] bytes = RecordBytes.of(record);
    long size = (long) bytes.length + FRAME;
    if (size > settings.fileBytes() || size > settings.maxBytes()) {
      return false;
    }
    ModelName model = record.version().model();
    OpenFile file = open.get(model);
    if (file != null && Files.size(file.path()) + size > settings.fileBytes()) {
      finish(model);
      file = null;
    }
    makeRoom(model, settings.maxBytes() - size);
    if (file == null || !open.containsKey(model)) {
      file = begin(model);
      open.put(model, file);
    }
    try {
      file.records().write(bytes);
      file.out().flush();
    } catch (IOException unwritable) {
      // What follows half a record could not be read.
      abandon(model, file);
      throw unwritable;
    }
    return true;
  }

  private OpenFile begin(ModelName model) throws IOException {
    Instant now = clock.instant();
    last = Math.max(last + 1, now.toEpochMilli());
    Path path = folder.begin(model, Instant.ofEpochMilli(last));
    OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.CREATE_NEW));
    return new OpenFile(path, out, new TfRecordWriter(out), now);
  }

  private void finish(ModelName model) throws IOException {
    OpenFile file = open.remove(model);
    if (file != null) {
      file.out().close();
      folder.finish(file.path());
    }
  }

  private void abandon(ModelName model, OpenFile file) {
    open.remove(model);
    try {
      file.out().close();
    } catch (IOException full) {
      log.debug("the file of a request log could not be closed", full);
    }
    folder.closeLeftOpen();
  }

  /** Closes, and deletes, what is due by now. */
  public void sweep(Function<ModelName, RequestLogSettings> settings) {
    Instant now = clock.instant();
    try {
      for (ModelName model : folder.models()) {
        Duration keep = settings.apply(model).keep();
        OpenFile file = open.get(model);
        if (file != null
            && (!settings.apply(model).enabled()
                || file.begun().plus(keep.dividedBy(SHARE_OF_KEEP)).isBefore(now))) {
          finish(model);
        }
        for (RequestLogFolder.Kept kept : folder.files(model)) {
          if (kept.begun().plus(keep).isBefore(now)) {
            delete(model, kept);
          }
        }
      }
    } catch (IOException unreadable) {
      log.warn("old files of the request log could not be deleted", unreadable);
    }
  }

  private void makeRoom(ModelName model, long room) throws IOException {
    List<RequestLogFolder.Kept> files = folder.files(model);
    long all = 0;
    for (RequestLogFolder.Kept kept : files) {
      all += kept.bytes();
    }
    for (RequestLogFolder.Kept kept : files) {
      if (all <= room) {
        return;
      }
      delete(model, kept);
      all -= kept.bytes();
    }
  }

  private void delete(ModelName model, RequestLogFolder.Kept kept) throws IOException {
    OpenFile file = open.get(model);
    if (file != null && file.path().equals(kept.path())) {
      file.out().close();
      open.remove(model);
    }
    Files.deleteIfExists(kept.path());
  }

  @Override
  public void close() {
    for (ModelName model : List.copyOf(open.keySet())) {
      try {
        finish(model);
      } catch (IOException unwritable) {
        log.warn("the request log of {} could not be closed", model, unwritable);
      }
    }
  }
}
