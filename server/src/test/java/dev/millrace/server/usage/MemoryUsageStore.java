package dev.millrace.server.usage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Usage in memory, whose disk can fail before or after a write. */
final class MemoryUsageStore implements UsageStore {
  final Map<UsageKey, Amounts> used = new HashMap<>();
  final Map<String, Long> jobs = new TreeMap<>();
  final List<Batch> batches = new ArrayList<>();
  boolean failsBefore;
  boolean failsAfter;
  private long last;

  @Override
  public void add(Batch batch) {
    if (failsBefore) {
      throw new IllegalStateException("the disk is full");
    }
    if (batch.number() > last) {
      batches.add(batch);
      last = batch.number();
      batch.used().forEach((key, amounts) -> used.merge(key, amounts, Amounts::plus));
      jobs.putAll(batch.jobs());
    }
    if (failsAfter) {
      throw new IllegalStateException("the answer was lost");
    }
  }

  @Override
  public long lastBatch() {
    return last;
  }

  @Override
  public Map<String, Long> jobs() {
    return jobs;
  }

  @Override
  public List<UsageRow> query(UsageQuery query) {
    return used.entrySet().stream()
        .map(
            one ->
                new UsageRow(
                    new UsageRow.Place(
                        one.getKey().hour(),
                        one.getKey().caller(),
                        one.getKey().model(),
                        one.getKey().version()),
                    one.getValue()))
        .toList();
  }

  @Override
  public Map<String, Amounts> totals(long fromHour) {
    return Map.of();
  }

  @Override
  public void forgetBefore(long hour) {
    used.keySet().removeIf(key -> key.hour() < hour);
  }

  @Override
  public void close() {}

  /** What a caller used in all. */
  Amounts of(String caller) {
    return used.entrySet().stream()
        .filter(one -> one.getKey().caller().equals(caller))
        .map(Map.Entry::getValue)
        .reduce(Amounts.NOTHING, Amounts::plus);
  }
}
