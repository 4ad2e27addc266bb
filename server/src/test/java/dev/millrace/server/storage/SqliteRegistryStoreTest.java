package dev.millrace.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.registry.VersionRecord;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry in a real SQLite file. */
final class SqliteRegistryStoreTest {
  private static final ModelName MNIST = new ModelName("mnist");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.123456789Z");

  @TempDir private Path folder;
  private final PuppetClock clock = new PuppetClock();
  private SqliteRegistryStore store;

  @BeforeEach
  void open() throws IOException {
    store = RegistryDatabase.open(folder, clock).store();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void models_reopened_areAsTheyWereWrittenLast() throws IOException {
    ModelRecord record =
        ModelRecord.of(MNIST)
            .promoted(1, NOON, NOON)
            .promoted(2, NOON, NOON.plusSeconds(600))
            .withLabel("challenger", 3)
            .withTraffic(
                new Traffic(
                    List.of(new Canary(5, 0.1), new Canary(4, 0.25)),
                    Optional.of(new Shadow(3, 0.5))))
            .withPinned(7)
            .withParked(6)
            .withHighest(9);
    store.write(record.withLabel("gone", 1), event("first"));
    store.write(record, event("second"));
    store.write(ModelRecord.of(new ModelName("other")).withHighest(1), event("third"));
    reopen();
    assertThat(store.models())
        .containsExactly(record, ModelRecord.of(new ModelName("other")).withHighest(1));
  }

  @Test
  void history_pages_areNewestFirstWithEvidence() throws IOException {
    for (int i = 0; i < 5; i++) {
      store.write(ModelRecord.of(MNIST).withHighest(i), event("reason " + i));
    }
    reopen();
    List<HistoryEvent> page = store.history(MNIST, Long.MAX_VALUE, 2);
    assertThat(page).extracting(HistoryEvent::reason).containsExactly("reason 4", "reason 3");
    assertThat(store.history(MNIST, page.get(1).sequence(), 10))
        .extracting(HistoryEvent::reason)
        .containsExactly("reason 2", "reason 1", "reason 0");
    HistoryEvent event = page.get(0);
    assertThat(event.evidence()).isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(event.action()).isEqualTo(HistoryAction.PROMOTED);
    assertThat(event.from()).isEqualTo(1);
    assertThat(event.to()).isEqualTo(2);
    assertThat(event.actor()).isEqualTo("somebody");
    assertThat(store.history(new ModelName("other"), Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void version_writtenAndForgotten_isRememberedBetween() throws IOException {
    VersionId id = new VersionId(MNIST, 3);
    VersionRecord record = new VersionRecord(id, "abc", "job", "data", 2, NOON, false);
    store.write(record);
    VersionRecord accepted = new VersionRecord(id, "abc", "job", "data", 2, NOON, true);
    store.write(accepted);
    reopen();
    assertThat(store.version(id)).contains(accepted);
    store.forget(id);
    assertThat(store.version(id)).isEmpty();
  }

  @Test
  void change_fromManyThreads_loseNothing() throws Exception {
    Registry registry = new Registry(store, clock);
    CountDownLatch start = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads =
        IntStream.range(0, 8)
            .mapToObj(
                t ->
                    new Thread(
                        () -> {
                          try {
                            start.await();
                            for (int i = 0; i < 10; i++) {
                              String label = "label" + t + "-" + i;
                              registry.change(
                                  MNIST,
                                  "",
                                  before -> before.withLabel(label, 1),
                                  before -> event(label));
                            }
                          } catch (Throwable failed) {
                            failure.set(failed);
                          }
                        }))
            .toList();
    threads.forEach(Thread::start);
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
    reopen();
    Registry again = new Registry(store, clock);
    assertThat(again.get(MNIST).labels()).hasSize(80);
    assertThat(again.get(MNIST).revision()).isEqualTo(80);
    assertThat(again.history(MNIST, Long.MAX_VALUE, 1000)).hasSize(80);
  }

  @Test
  void change_staleEtag_isRefusedAndNothingIsWritten() throws IOException {
    Registry registry = new Registry(store, clock);
    ModelRecord first =
        registry.change(MNIST, "0", before -> before.withLabel("a", 1), before -> event("a"));
    assertThatThrownBy(
            () ->
                registry.change(
                    MNIST, "0", before -> before.withLabel("b", 1), before -> event("b")))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.ETAG_MISMATCH));
    reopen();
    assertThat(store.models()).containsExactly(first);
    assertThat(store.history(MNIST, Long.MAX_VALUE, 10)).hasSize(1);
  }

  @Test
  void write_refusedHalfWay_leavesNothingOfIt() {
    ModelRecord record = ModelRecord.of(MNIST).withLabel("a", 1);
    store.write(record, event("good"));
    HistoryEvent without =
        new HistoryEvent(
            0, MNIST, NOON, "somebody", HistoryAction.LABELLED, 0, 0, null, event("").evidence());
    assertThatThrownBy(() -> store.write(record.withLabel("b", 2), without))
        .isInstanceOf(org.jdbi.v3.core.JdbiException.class);
    assertThat(store.models()).containsExactly(record);
    assertThat(store.history(MNIST, Long.MAX_VALUE, 10)).hasSize(1);
  }

  @Test
  void open_damagedFile_isSetAsideAndANewOneIsMade() throws IOException {
    store.write(ModelRecord.of(MNIST).withLabel("a", 1), event("a"));
    store.close();
    Path file = folder.resolve("registry.db");
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    Files.write(file, bytes);
    RegistryDatabase database = RegistryDatabase.open(folder, clock);
    store = database.store();
    assertThat(database.isNew()).isTrue();
    assertThat(store.models()).isEmpty();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .contains("registry.db.damaged-2026-01-01T00-00-00Z");
    }
  }

  @Test
  void open_pagesInsideDamaged_isSetAside() throws IOException {
    for (int i = 0; i < 200; i++) {
      store.write(ModelRecord.of(MNIST).withLabel("label" + i, i + 1), event("reason " + i));
    }
    store.close();
    Path file = folder.resolve("registry.db");
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 4096; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    Files.write(file, bytes);
    RegistryDatabase database = RegistryDatabase.open(folder, clock);
    store = database.store();
    assertThat(database.isNew()).isTrue();
  }

  @Test
  void open_goodFile_isNotNew() throws IOException {
    store.close();
    RegistryDatabase database = RegistryDatabase.open(folder, clock);
    store = database.store();
    assertThat(database.isNew()).isFalse();
  }

  private void reopen() throws IOException {
    store.close();
    open();
  }

  private static HistoryEvent event(String reason) {
    return HistoryEvent.of(
        MNIST, "somebody", HistoryAction.PROMOTED, 1, 2, reason, Map.of("a", "1", "b", "2"));
  }
}
