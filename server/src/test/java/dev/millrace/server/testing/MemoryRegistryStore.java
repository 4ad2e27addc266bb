package dev.millrace.server.testing;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.registry.VersionRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store that forgets with the process. */
public final class MemoryRegistryStore implements RegistryStore {
  private final Map<ModelName, ModelRecord> models = new HashMap<>();
  private final Map<VersionId, VersionRecord> versions = new HashMap<>();
  private final List<HistoryEvent> events = new ArrayList<>();

  @Override
  public synchronized List<ModelRecord> models() {
    return List.copyOf(models.values());
  }

  @Override
  public synchronized void write(ModelRecord record, HistoryEvent event) {
    models.put(record.model(), record);
    events.add(
        0,
        new HistoryEvent(
            events.size() + 1L,
            event.model(),
            event.time(),
            event.actor(),
            event.action(),
            event.from(),
            event.to(),
            event.reason(),
            event.evidence()));
  }

  @Override
  public synchronized List<HistoryEvent> history(ModelName model, long before, int limit) {
    return events.stream()
        .filter(event -> event.model().equals(model) && event.sequence() < before)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized Optional<VersionRecord> version(VersionId id) {
    return Optional.ofNullable(versions.get(id));
  }

  @Override
  public synchronized void write(VersionRecord record) {
    versions.put(record.id(), record);
  }

  @Override
  public synchronized void forget(VersionId id) {
    versions.remove(id);
  }
}
