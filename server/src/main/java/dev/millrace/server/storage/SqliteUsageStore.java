package dev.millrace.server.storage;

import dev.millrace.server.usage.Amounts;
import dev.millrace.server.usage.UsageKey;
import dev.millrace.server.usage.UsageQuery;
import dev.millrace.server.usage.UsageQuery.Dimension;
import dev.millrace.server.usage.UsageRow;
import dev.millrace.server.usage.UsageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * Usage in SQLite, in a file of its own. One connection, one transaction a call, synced before the
 * call returns. Thread-safe: calls wait for one another. What the database refuses is thrown as a
 * JdbiException, and nothing of the call is written then.
 */
public final class SqliteUsageStore implements UsageStore {
  private static final String FILE = "usage.db";
  private static final String SUMS =
      "SUM(requests) AS requests, SUM(examples) AS examples, SUM(bytes_in) AS bytes_in,"
          + " SUM(bytes_out) AS bytes_out, SUM(compute_nanos) AS compute_nanos,"
          + " SUM(training_nanos) AS training_nanos, SUM(saved_nanos) AS saved_nanos";

  private final Jdbi jdbi;
  private final AutoCloseable connection;

  private SqliteUsageStore(Connection connection) {
    this.jdbi = Jdbi.create(connection);
    this.connection = connection;
  }

  /**
   * Opens the file {@code usage.db} of a folder, making it if need be.
   *
   * @throws IOException if the file cannot be read or written, or was written by a newer server
   */
  public static SqliteUsageStore open(Path folder, InstantSource clock) throws IOException {
    SqliteFile file =
        SqliteFile.open(
            folder.resolve(FILE), "classpath:db/usage", "the usage of callers begins anew", clock);
    try {
      return new SqliteUsageStore(file.source().getConnection());
    } catch (SQLException failed) {
      throw new IOException("the usage of callers cannot be opened", failed);
    }
  }

  @Override
  public synchronized void add(Batch batch) {
    jdbi.useTransaction(
        handle -> {
          if (last(handle) < batch.number()) {
            addUsed(handle, batch.used());
            addJobs(handle, batch);
            handle.execute("UPDATE batch SET number = ?", batch.number());
          }
        });
  }

  private static void addUsed(Handle handle, Map<UsageKey, Amounts> used) {
    if (used.isEmpty()) {
      return;
    }
    PreparedBatch rows =
        handle.prepareBatch(
            "INSERT INTO usage VALUES (:hour, :caller, :model, :version, :requests, :examples, :in,"
                + " :out, :compute, :training, :saved) ON CONFLICT DO UPDATE SET requests ="
                + " requests + excluded.requests, examples = examples + excluded.examples, bytes_in"
                + " = bytes_in + excluded.bytes_in, bytes_out = bytes_out + excluded.bytes_out,"
                + " compute_nanos = compute_nanos + excluded.compute_nanos, training_nanos ="
                + " training_nanos + excluded.training_nanos, saved_nanos = saved_nanos +"
                + " excluded.saved_nanos");
    used.forEach(
        (key, amounts) ->
            rows.bind("hour", key.hour())
                .bind("caller", key.caller())
                .bind("model", key.model())
                .bind("version", key.version())
                .bind("requests", amounts.requests())
                .bind("examples", amounts.examples())
                .bind("in", amounts.bytesIn())
                .bind("out", amounts.bytesOut())
                .bind("compute", amounts.computeNanos())
                .bind("training", amounts.trainingNanos())
                .bind("saved", amounts.savedNanos())
                .add());
    rows.execute();
  }

  private static void addJobs(Handle handle, Batch batch) {
    long hour = batch.used().keySet().stream().mapToLong(UsageKey::hour).max().orElse(0);
    batch
        .jobs()
        .forEach(
            (job, sequence) ->
                handle.execute(
                    "INSERT OR REPLACE INTO job (id, sequence, hour) VALUES (?, ?, ?)",
                    job,
                    sequence,
                    hour));
  }

  @Override
  public synchronized long lastBatch() {
    return jdbi.withHandle(SqliteUsageStore::last);
  }

  private static long last(Handle handle) {
    return handle.createQuery("SELECT number FROM batch").mapTo(Long.class).one();
  }

  @Override
  public synchronized Map<String, Long> jobs() {
    return jdbi.withHandle(
        handle -> {
          Map<String, Long> jobs = new HashMap<>();
          handle
              .createQuery("SELECT id, sequence FROM job")
              .map((row, context) -> jobs.put(row.getString("id"), row.getLong("sequence")))
              .list();
          return jobs;
        });
  }

  @Override
  public synchronized List<UsageRow> query(UsageQuery query) {
    return jdbi.withHandle(
        handle -> {
          Query select =
              handle
                  .createQuery(select(query))
                  .bind("from", query.fromHour())
                  .bind("to", query.toHour())
                  .bind("limit", query.limit());
          query.caller().ifPresent(caller -> select.bind("caller", caller));
          query.model().ifPresent(model -> select.bind("model", model));
          query
              .after()
              .ifPresent(
                  place ->
                      select
                          .bind("afterTime", place.hour())
                          .bind("afterCaller", place.caller())
                          .bind("afterModel", place.model())
                          .bind("afterVersion", place.version()));
          return select.map((row, context) -> new UsageRow(place(row), amounts(row))).list();
        });
  }

  /** Made of constants alone; what a caller says is bound. */
  private static String select(UsageQuery query) {
    long hours = query.hoursOfRow();
    String time = hours == 0 ? "0" : "hour - hour % " + hours;
    return "SELECT "
        + time
        + " AS t, "
        + (query.by().contains(Dimension.CALLER) ? "caller" : "''")
        + " AS c, "
        + (query.by().contains(Dimension.MODEL) ? "model" : "''")
        + " AS m, "
        + (query.by().contains(Dimension.VERSION) ? "version" : "0")
        + " AS v, "
        + SUMS
        + " FROM usage WHERE hour >= :from AND hour < :to"
        + (query.caller().isPresent() ? " AND caller = :caller" : "")
        + (query.model().isPresent() ? " AND model = :model" : "")
        + " GROUP BY 1, 2, 3, 4"
        + (query.after().isPresent()
            ? " HAVING (t, c, m, v) > (:afterTime, :afterCaller, :afterModel, :afterVersion)"
            : "")
        + " ORDER BY 1, 2, 3, 4 LIMIT :limit";
  }

  @Override
  public synchronized Map<String, Amounts> totals(long fromHour) {
    return jdbi.withHandle(
        handle -> {
          Map<String, Amounts> totals = new HashMap<>();
          handle
              .createQuery(
                  "SELECT caller, " + SUMS + " FROM usage WHERE hour >= :from GROUP BY caller")
              .bind("from", fromHour)
              .map((row, context) -> totals.put(row.getString("caller"), amounts(row)))
              .list();
          return totals;
        });
  }

  @Override
  public synchronized void forgetBefore(long hour) {
    jdbi.useTransaction(
        handle -> {
          handle.execute("DELETE FROM usage WHERE hour < ?", hour);
          handle.execute("DELETE FROM job WHERE hour < ?", hour);
        });
  }

  private static UsageRow.Place place(ResultSet row) throws SQLException {
    return new UsageRow.Place(
        row.getLong("t"), row.getString("c"), row.getString("m"), row.getLong("v"));
  }

  private static Amounts amounts(ResultSet row) throws SQLException {
    return new Amounts(
        row.getLong("requests"),
        row.getLong("examples"),
        row.getLong("bytes_in"),
        row.getLong("bytes_out"),
        row.getLong("compute_nanos"),
        row.getLong("training_nanos"),
        row.getLong("saved_nanos"));
  }

  /** Ends the connection; what was written stays. */
  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (Exception unexpected) {
      throw new IllegalStateException("the database of usage was not closed", unexpected);
    }
  }
}
