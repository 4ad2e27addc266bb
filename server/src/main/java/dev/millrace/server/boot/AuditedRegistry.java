package dev.millrace.server.boot;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditTrail;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.registry.VersionRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has changes written down that the server makes by itself: rollbacks, promotions by the gate,
 * trainings by rule. Those of callers are written down where their calls come in. A full disk must
 * not keep a bad champion, so a line that cannot be written stops nothing here. Thread-safe.
 */
record AuditedRegistry(RegistryStore store, AuditTrail trail) implements RegistryStore {
  private static final Logger log = LoggerFactory.getLogger(AuditedRegistry.class);

  @Override
  public List<ModelRecord> models() {
    return store.models();
  }

  @Override
  public void write(ModelRecord record, HistoryEvent event) {
    if (!event.actor().equals(HistoryEvent.BY_ITSELF)) {
      store.write(record, event);
      return;
    }
    try {
      store.write(record, event);
    } catch (RuntimeException unwritable) {
      tell(event, Decision.FAILED);
      throw unwritable;
    }
    tell(event, Decision.ALLOWED);
  }

  private void tell(HistoryEvent event, Decision decision) {
    Map<String, String> details = new TreeMap<>(event.evidence());
    details.put("reason", event.reason());
    if (event.from() > 0) {
      details.put("from", Long.toString(event.from()));
    }
    String target =
        event.to() > 0
            ? new VersionId(event.model(), event.to()).resource()
            : event.model().resource();
    try {
      trail.append(AuditEntry.byServer("millrace/" + event.action(), target, decision, details));
    } catch (RuntimeException unwritable) {
      log.error("the audit log does not take {} of {}", event.action(), target, unwritable);
    }
  }

  @Override
  public List<HistoryEvent> history(ModelName model, long before, int limit) {
    return store.history(model, before, limit);
  }

  @Override
  public Optional<VersionRecord> version(VersionId id) {
    return store.version(id);
  }

  @Override
  public void write(VersionRecord record) {
    store.write(record);
  }

  @Override
  public void forget(VersionId id) {
    store.forget(id);
  }
}
