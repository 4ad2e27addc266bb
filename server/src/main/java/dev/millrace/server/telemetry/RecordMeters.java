package dev.millrace.server.telemetry;

import dev.millrace.server.inference.recording.RecordObserver;
import dev.millrace.server.model.ModelName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** Counts the records of the request log. Thread-safe. */
public final class RecordMeters implements RecordObserver {
  private final MeterRegistry registry;

  /** Meters of a registry. Only models that are recorded have series. */
  public RecordMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void onEnd(ModelName model, Outcome outcome) {
    Counter.builder("millrace.request.log")
        .description("Requests that were chosen to be recorded, by what became of them")
        .tag("model", model.id())
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }
}
