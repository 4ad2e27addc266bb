package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.inference.recording.LoggedPredictor;
import dev.millrace.server.inference.recording.RequestLog;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.RequestLogSettings;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.telemetry.RecordMeters;
import dev.millrace.server.tensorflow.record.RequestLogFiles;
import dev.millrace.server.tensorflow.record.RequestLogFolder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where requests are recorded, of models whose settings ask for it: on a thread of its own. */
final class RecordingRoom implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RecordingRoom.class);
  private static final RequestLog.Limits WAITING = new RequestLog.Limits(1024, 64L << 20);
  private static final long LOOK_MILLIS = 2000;
  private static final long PATIENCE_SECONDS = 5;

  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(Threads.named("request-log", Thread.MIN_PRIORITY));
  private final Map<ModelName, RequestLogSettings> settings = new ConcurrentHashMap<>();
  private final ModelRepository repository;
  private final RequestLogFiles files;
  private final RequestLog requests;

  RecordingRoom(
      ServeOptions options, ModelRepository repository, MeterRegistry meters, InstantSource clock) {
    this.repository = repository;
    files = new RequestLogFiles(RequestLogFolder.of(options.dataDirectory()), clock);
    requests =
        new RequestLog(
            this::settings,
            files,
            WAITING,
            writer,
            new RecordMeters(meters),
            () -> ThreadLocalRandom.current().nextDouble());
  }

  /** The same predictor, recorded. */
  Predictor record(Predictor predictor) {
    return new LoggedPredictor(predictor, requests);
  }

  /** Reads the settings, now and every two seconds, and deletes what is too old. */
  void start() {
    read();
    writer.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      read();
      files.sweep(this::settings);
    } catch (RuntimeException defect) {
      log.error("the request log could not be looked after", defect);
    }
  }

  private void read() {
    try {
      for (ModelName model : repository.models()) {
        settings.put(model, repository.requestLog(model));
      }
    } catch (IOException unreadable) {
      log.warn("settings of the request log stay as they are", unreadable);
    }
  }

  private RequestLogSettings settings(ModelName model) {
    return settings.getOrDefault(model, RequestLogSettings.OFF);
  }

  /** Writes what waits, and closes the files; to be called once no request is under way. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        writer.shutdownNow();
        log.warn("some requests were not recorded before the stop");
        return;
      }
    } catch (InterruptedException e) {
      writer.shutdownNow();
      Thread.currentThread().interrupt();
      return;
    }
    files.close();
  }
}
