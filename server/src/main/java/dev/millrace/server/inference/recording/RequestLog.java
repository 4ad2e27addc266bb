package dev.millrace.server.inference.recording;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.recording.RecordObserver.Outcome;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.RequestLogSettings;
import dev.millrace.server.tensor.TensorData;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses answered requests to be recorded, and hands them over to the one thread that writes: the
 * calling thread copies no tensor and waits for nothing. At most so many records and bytes wait;
 * what comes beyond is dropped and counted. Thread-safe.
 */
public final class RequestLog {
  /** Name of predictions that repeat recorded ones: they are not what callers ask. */
  public static final String REPLAYED = "millrace-replay";

  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);

  private final Function<ModelName, RequestLogSettings> settings;
  private final RecordStore store;
  private final Limits limits;
  private final Executor writer;
  private final RecordObserver observer;
  private final DoubleSupplier random;
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * What may wait to be written.
   *
   * @param records how many
   * @param bytes of their tensors
   */
  public record Limits(long records, long bytes) {}

  /**
   * A log.
   *
   * @param settings of a model; asked for each answer, so it must be quick
   * @param store is called on the writer's thread alone
   * @param writer one thread, never the caller's
   * @param random from 0 to below 1
   */
  public RequestLog(
      Function<ModelName, RequestLogSettings> settings,
      RecordStore store,
      Limits limits,
      Executor writer,
      RecordObserver observer,
      DoubleSupplier random) {
    this.settings = settings;
    this.store = store;
    this.limits = limits;
    this.writer = writer;
    this.observer = observer;
    this.random = random;
  }

  /** Records an answered request where its turn has come; returns at once, and never throws. */
  void offer(InferenceRequest request, InferenceResponse response) {
    RequestLogSettings now = settings.apply(response.version().model());
    if (!now.enabled() || request.name().equals(REPLAYED) || random.getAsDouble() >= now.sample()) {
      return;
    }
    RecordedRequest record =
        new RecordedRequest(
            response.version(),
            response.signature(),
            without(request.inputs(), now.leaveOut()),
            request.outputs().stream().filter(name -> !now.leaveOut().contains(name)).toList(),
            now.answers() ? without(response.outputs(), now.leaveOut()) : Map.of(),
            now.sample());
    long size = record.bytes();
    boolean fits = records.incrementAndGet() <= limits.records();
    fits &= bytes.addAndGet(size) <= limits.bytes();
    if (!fits) {
      giveBack(size);
      observer.onEnd(response.version(), Outcome.DROPPED);
      return;
    }
    try {
      writer.execute(() -> write(record, size));
    } catch (RejectedExecutionException stopping) {
      giveBack(size);
      observer.onEnd(response.version(), Outcome.DROPPED);
    }
  }

  private void write(RecordedRequest record, long size) {
    try {
      RequestLogSettings now = settings.apply(record.version().model());
      // Whoever has switched it off meanwhile wants nothing more in the files.
      boolean written = now.enabled() && store.write(record, now);
      observer.onEnd(record.version(), written ? Outcome.WRITTEN : Outcome.DROPPED);
    } catch (IOException | RuntimeException unwritable) {
      log.warn("a request to {} could not be recorded", record.version(), unwritable);
      observer.onEnd(record.version(), Outcome.FAILED);
    } finally {
      giveBack(size);
    }
  }

  private void giveBack(long size) {
    records.decrementAndGet();
    bytes.addAndGet(-size);
  }

  private static Map<String, TensorData> without(
      Map<String, TensorData> tensors, Set<String> leftOut) {
    if (leftOut.isEmpty()) {
      return tensors;
    }
    Map<String, TensorData> kept = new HashMap<>(tensors);
    kept.keySet().removeAll(leftOut);
    return kept;
  }
}
