package dev.millrace.server.testing;

import dev.millrace.server.training.JobJournal;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJobState;
import dev.millrace.server.training.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A journal that outlives the jobs but not the test, and refuses to write when told to. */
public final class MemoryJournal implements JobJournal {
  private final Map<JobRecord, List<TrainingEvent>> jobs = new LinkedHashMap<>();
  private final List<String> cleared = new ArrayList<>();
  private boolean full;
  private @Nullable TrainingJobState last;

  @Override
  public synchronized List<Entry> load() {
    return jobs.entrySet().stream()
        .map(job -> new Entry(job.getKey(), List.copyOf(job.getValue())))
        .toList();
  }

  @Override
  public synchronized void create(JobRecord record) {
    requireSpace();
    jobs.put(record, new ArrayList<>());
  }

  @Override
  public synchronized void append(JobRecord record, TrainingEvent event) {
    requireSpace();
    jobs.computeIfAbsent(record, unknown -> new ArrayList<>()).add(event);
    if (event.what() instanceof TrainingEvent.StateChanged change && change.state() == last) {
      full = true;
    }
  }

  @Override
  public Workplace workplace(JobRecord record, long token) {
    Path folder = Path.of("work", record.id());
    return new Workplace(
        folder.resolve("try-" + token), folder.resolve("checkpoints"), folder, token);
  }

  @Override
  public synchronized void remove(JobRecord record) {
    jobs.remove(record);
  }

  @Override
  public synchronized void clear(JobRecord record) {
    cleared.add(record.id());
  }

  /** Takes nothing more once a job has come into a state, as if the server had died there. */
  public synchronized void fullAfter(TrainingJobState state) {
    last = state;
  }

  /** Refuses to write, or takes it again. */
  public synchronized void setFull(boolean full) {
    this.full = full;
    last = null;
  }

  @Override
  public List<TrainingEvent> events(JobRecord record) {
    return events(record.id());
  }

  /** What it holds of one job. */
  public synchronized List<TrainingEvent> events(String id) {
    return load().stream()
        .filter(entry -> entry.record().id().equals(id))
        .findFirst()
        .map(Entry::events)
        .orElse(List.of());
  }

  /** Jobs whose folders were cleared, each time. */
  public synchronized List<String> cleared() {
    return List.copyOf(cleared);
  }

  private void requireSpace() {
    if (full) {
      throw new UncheckedIOException(new IOException("No space left on device"));
    }
  }
}
