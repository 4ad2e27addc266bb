package dev.millrace.server.testing;

import dev.millrace.server.training.JobJournal;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainingEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A journal that outlives the jobs but not the test, and refuses to write when told to. */
public final class MemoryJournal implements JobJournal {
  private final Map<JobRecord, List<TrainingEvent>> jobs = new LinkedHashMap<>();
  private final List<String> cleared = new ArrayList<>();
  private boolean full;

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
  }

  @Override
  public Path workDirectory(JobRecord record) {
    return Path.of("work", record.id());
  }

  @Override
  public synchronized void clear(JobRecord record) {
    cleared.add(record.id());
  }

  /** Refuses to write, or takes it again. */
  public synchronized void setFull(boolean full) {
    this.full = full;
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
