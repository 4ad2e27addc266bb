package dev.millrace.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.usage.Amounts;
import dev.millrace.server.usage.UsageKey;
import dev.millrace.server.usage.UsageQuery;
import dev.millrace.server.usage.UsageQuery.Dimension;
import dev.millrace.server.usage.UsageRow;
import dev.millrace.server.usage.UsageStore.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Usage in a real SQLite file. */
final class SqliteUsageStoreTest {
  private static final long DAY = 24 * 20_000;

  @TempDir private Path folder;
  private SqliteUsageStore store;

  @BeforeEach
  void open() throws IOException {
    store = SqliteUsageStore.open(folder, new PuppetClock());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void add_twoBatches_areSummedUpAndThereAfterARestart() throws IOException {
    add(1, Map.of(key(0, "a", "m", 1), amounts(1), key(0, "b", "m", 1), amounts(10)));
    add(2, Map.of(key(0, "a", "m", 1), amounts(2)));
    store.close();
    open();
    assertThat(store.lastBatch()).isEqualTo(2);
    assertThat(rows(EnumSet.of(Dimension.CALLER)))
        .containsExactly(
            new UsageRow(new UsageRow.Place(0, "a", "", 0), amounts(3)),
            new UsageRow(new UsageRow.Place(0, "b", "", 0), amounts(10)));
  }

  @Test
  void add_batchThatWasWritten_changesNothing() {
    add(1, Map.of(key(0, "a", "m", 1), amounts(1)));
    add(1, Map.of(key(0, "a", "m", 1), amounts(1)));
    assertThat(rows(Set.of()))
        .containsExactly(new UsageRow(new UsageRow.Place(0, "", "", 0), amounts(1)));
  }

  @Test
  void add_jobs_areKeptWithTheirLastEvent() throws IOException {
    Map<UsageKey, Amounts> used = Map.of(key(0, "a", "m", 0), Amounts.ofTraining(5));
    store.add(new Batch(1, used, Map.of("j1", 3L, "j2", 7L)));
    store.add(new Batch(2, used, Map.of("j1", 4L)));
    store.close();
    open();
    assertThat(store.jobs()).isEqualTo(Map.of("j1", 4L, "j2", 7L));
  }

  @Test
  void add_toAClosedStore_writesNothingOfIt() throws IOException {
    store.close();
    assertThatThrownBy(() -> add(1, Map.of(key(0, "a", "m", 1), amounts(1))))
        .isInstanceOf(RuntimeException.class);
    open();
    assertThat(store.lastBatch()).isZero();
    assertThat(rows(Set.of())).isEmpty();
  }

  @Test
  void query_eachDimension_tellsRowsApartByIt() {
    add(
        1,
        Map.of(
            key(0, "a", "m", 1), amounts(1),
            key(1, "a", "m", 2), amounts(2),
            key(25, "a", "n", 1), amounts(4),
            key(26, "b", "m", 1), amounts(8)));
    assertThat(sums(Set.of())).isEqualTo(Map.of("0  0", 15L));
    assertThat(sums(EnumSet.of(Dimension.CALLER))).isEqualTo(Map.of("0 a 0", 7L, "0 b 0", 8L));
    assertThat(sums(EnumSet.of(Dimension.MODEL))).isEqualTo(Map.of("0 m 0", 11L, "0 n 0", 4L));
    assertThat(sums(EnumSet.of(Dimension.VERSION))).isEqualTo(Map.of("0  1", 13L, "0  2", 2L));
    assertThat(sums(EnumSet.of(Dimension.DAY)))
        .isEqualTo(Map.of(DAY + "  0", 3L, DAY + 24 + "  0", 12L));
    assertThat(sums(EnumSet.of(Dimension.HOUR))).hasSize(4).containsEntry(DAY + 25 + "  0", 4L);
  }

  @Test
  void query_spanCallerAndModel_countAlone() {
    add(
        1,
        Map.of(
            key(0, "a", "m", 1), amounts(1),
            key(1, "a", "m", 1), amounts(2),
            key(2, "a", "n", 1), amounts(4),
            key(2, "b", "m", 1), amounts(8)));
    assertThat(sum(DAY + 1, DAY + 2, Optional.empty(), Optional.empty())).isEqualTo(2);
    assertThat(sum(DAY, DAY + 3, Optional.of("a"), Optional.empty())).isEqualTo(7);
    assertThat(sum(DAY, DAY + 3, Optional.empty(), Optional.of("m"))).isEqualTo(11);
    assertThat(sum(DAY, DAY + 3, Optional.of("a"), Optional.of("m"))).isEqualTo(3);
    assertThat(sum(DAY, DAY + 3, Optional.of("' OR 1=1 --"), Optional.empty())).isZero();
  }

  @Test
  void query_pageAfterPage_hasEachRowOnceAndInOrder() {
    Map<UsageKey, Amounts> used = new HashMap<>();
    for (int hour = 0; hour < 3; hour++) {
      for (String caller : List.of("", "a", "b:c")) {
        for (int version = 0; version < 4; version++) {
          used.put(key(hour, caller, "m" + version % 2, version), amounts(1));
        }
      }
    }
    add(1, used);
    Set<Dimension> by =
        EnumSet.of(Dimension.HOUR, Dimension.CALLER, Dimension.MODEL, Dimension.VERSION);
    List<UsageRow.Place> places = new ArrayList<>();
    Optional<UsageRow.Place> after = Optional.empty();
    for (int page = 0; page < 8; page++) {
      List<UsageRow> rows =
          store.query(new UsageQuery(0, 1 << 20, by, Optional.empty(), Optional.empty(), 5, after));
      rows.forEach(row -> places.add(row.place()));
      after = rows.isEmpty() ? after : Optional.of(rows.get(rows.size() - 1).place());
    }
    assertThat(places).hasSize(36).doesNotHaveDuplicates();
    assertThat(places.get(0)).isEqualTo(new UsageRow.Place(DAY, "", "m0", 0));
    assertThat(places.get(35)).isEqualTo(new UsageRow.Place(DAY + 2, "b:c", "m1", 3));
  }

  @Test
  void totals_fromAnHour_areThoseOfEachCaller() {
    add(
        1,
        Map.of(
            key(0, "a", "m", 1), amounts(1),
            key(1, "a", "m", 1), amounts(2),
            key(2, "a", "n", 2), amounts(4),
            key(2, "b", "m", 1), amounts(8)));
    assertThat(store.totals(DAY + 1)).isEqualTo(Map.of("a", amounts(6), "b", amounts(8)));
  }

  @Test
  void forgetBefore_anHour_removesWhatIsOlderAndTheJobsOfThen() {
    store.add(new Batch(1, Map.of(key(0, "a", "m", 1), amounts(1)), Map.of("j1", 1L)));
    store.add(new Batch(2, Map.of(key(5, "a", "m", 1), amounts(2)), Map.of("j2", 1L)));
    store.forgetBefore(DAY + 5);
    assertThat(store.totals(0)).isEqualTo(Map.of("a", amounts(2)));
    assertThat(store.jobs()).containsOnlyKeys("j2");
    assertThat(store.lastBatch()).isEqualTo(2);
  }

  private void add(long number, Map<UsageKey, Amounts> used) {
    store.add(new Batch(number, used, Map.of()));
  }

  private static UsageKey key(long hour, String caller, String model, long version) {
    return new UsageKey(DAY + hour, caller, model, version);
  }

  private static Amounts amounts(long n) {
    return new Amounts(n, 2 * n, 3 * n, 4 * n, 5 * n, 6 * n, 7 * n);
  }

  private List<UsageRow> rows(Set<Dimension> by) {
    return store.query(
        new UsageQuery(0, 1 << 20, by, Optional.empty(), Optional.empty(), 100, Optional.empty()));
  }

  private Map<String, Long> sums(Set<Dimension> by) {
    Map<String, Long> sums = new HashMap<>();
    rows(by)
        .forEach(
            row ->
                sums.put(
                    row.place().hour()
                        + " "
                        + row.place().caller()
                        + row.place().model()
                        + " "
                        + row.place().version(),
                    row.used().requests()));
    return sums;
  }

  private long sum(long from, long to, Optional<String> caller, Optional<String> model) {
    return store
        .query(new UsageQuery(from, to, Set.of(), caller, model, 10, Optional.empty()))
        .stream()
        .mapToLong(row -> row.used().requests())
        .sum();
  }
}
