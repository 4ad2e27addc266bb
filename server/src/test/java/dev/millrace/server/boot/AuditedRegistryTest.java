package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditMark;
import dev.millrace.server.audit.AuditTrail;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.registry.VersionRecord;
import dev.millrace.server.testing.MemoryRegistryStore;
import dev.millrace.server.testing.PuppetClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the server decides by itself, in the audit log. */
final class AuditedRegistryTest {
  private static final ModelName MODEL = new ModelName("m");

  private final List<AuditEntry> written = new ArrayList<>();
  private final MemoryRegistryStore store = new MemoryRegistryStore();

  @Test
  void change_byTheServer_isWrittenDown() {
    change(heard(this::append), HistoryEvent.BY_ITSELF, HistoryAction.RETRAINED);

    assertThat(written).hasSize(1);
    AuditEntry entry = written.get(0);
    assertThat(entry.caller()).isEqualTo("millrace");
    assertThat(entry.action()).isEqualTo("millrace/RETRAINED");
    assertThat(entry.target()).isEqualTo("models/m/versions/2");
    assertThat(entry.decision()).isEqualTo(Decision.ALLOWED);
    assertThat(entry.details())
        .containsAllEntriesOf(Map.of("from", "1", "reason", "drift", "training_job", "j"));
  }

  @Test
  void change_byACaller_isWrittenDownWhereItsCallComesIn() {
    change(heard(this::append), "127.0.0.1", HistoryAction.PROMOTED);

    assertThat(written).isEmpty();
    assertThat(store.history(MODEL, Long.MAX_VALUE, 10)).hasSize(1);
  }

  @Test
  void change_lineCannotBeWritten_isMadeAllTheSame() {
    change(
        heard(
            entry -> {
              throw new ServingException(ErrorReason.AUDIT_UNWRITABLE, "full");
            }),
        HistoryEvent.BY_ITSELF,
        HistoryAction.ROLLED_BACK);

    assertThat(store.history(MODEL, Long.MAX_VALUE, 10)).hasSize(1);
  }

  @Test
  void change_storeRefuses_isWrittenAsFailed() {
    RegistryStore full = new AuditedRegistry(new FullStore(store), this::append);

    assertThatIllegalStateException()
        .isThrownBy(() -> change(full, HistoryEvent.BY_ITSELF, HistoryAction.ROLLED_BACK));
    assertThat(written).extracting(AuditEntry::decision).containsExactly(Decision.FAILED);
  }

  private RegistryStore heard(AuditTrail trail) {
    return new AuditedRegistry(store, trail);
  }

  private AuditMark append(AuditEntry entry) {
    written.add(entry);
    return AuditMark.NONE;
  }

  private static void change(RegistryStore store, String actor, HistoryAction action) {
    new Registry(store, new PuppetClock())
        .enact(
            MODEL,
            "",
            record -> record,
            before ->
                HistoryEvent.of(MODEL, actor, action, 1, 2, "drift", Map.of("training_job", "j")));
  }

  /** Reads, and takes no writes. */
  private record FullStore(RegistryStore store) implements RegistryStore {
    @Override
    public List<ModelRecord> models() {
      return store.models();
    }

    @Override
    public void write(ModelRecord record, HistoryEvent event) {
      throw new IllegalStateException("full");
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
}
