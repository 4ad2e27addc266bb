package dev.millrace.server.storage;

import dev.millrace.server.gate.JudgementStore;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.registry.VersionRecord;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The registry in SQLite. One connection, one transaction a call, synced before the call returns
 * (WAL with synchronous=FULL). Thread-safe: calls wait for one another. What the database refuses
 * is thrown as a {@link JdbiException}, or REPOSITORY_UNWRITABLE where its disk takes no writes,
 * and nothing of the call is written then.
 */
public final class SqliteRegistryStore implements RegistryStore, AutoCloseable {
  // Extended codes carry the primary one in their lowest byte.
  private static final Set<Integer> DISK =
      Set.of(
          SQLiteErrorCode.SQLITE_FULL.code,
          SQLiteErrorCode.SQLITE_IOERR.code,
          SQLiteErrorCode.SQLITE_READONLY.code);

  private final Jdbi jdbi;
  private final ModelRows models = new ModelRows();
  private final HistoryRows history = new HistoryRows();
  private final JudgementStore judgements;
  private final AutoCloseable connection;

  /** A store over a connection to the present schema, which it owns. */
  SqliteRegistryStore(Connection connection) {
    this.jdbi = Jdbi.create(connection);
    this.judgements = new JudgementRows(jdbi, this);
    this.connection = connection;
  }

  /** What the gate decided, in the same database. */
  public JudgementStore judgements() {
    return judgements;
  }

  @Override
  public synchronized List<ModelRecord> models() {
    return jdbi.inTransaction(models::read);
  }

  @Override
  public synchronized void write(ModelRecord record, HistoryEvent event) {
    try {
      jdbi.useTransaction(
          handle -> {
            models.write(handle, record);
            history.add(handle, event);
          });
    } catch (JdbiException refused) {
      throw unwritable(refused);
    }
  }

  @Override
  public synchronized List<HistoryEvent> history(ModelName model, long before, int limit) {
    return jdbi.inTransaction(handle -> history.read(handle, model, before, limit));
  }

  @Override
  public synchronized Optional<VersionRecord> version(VersionId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM version WHERE model = :model AND number = :number")
                .bind("model", id.model().id())
                .bind("number", id.number())
                .map(
                    (row, context) ->
                        new VersionRecord(
                            id,
                            row.getString("digest"),
                            row.getString("training_job"),
                            row.getString("dataset_digest"),
                            row.getLong("parent"),
                            Instant.parse(row.getString("create_time")),
                            row.getInt("accepted") == 1))
                .findOne());
  }

  @Override
  public synchronized void write(VersionRecord record) {
    jdbi.useTransaction(
        handle ->
            handle
                .createUpdate(
                    "INSERT OR REPLACE INTO version (model, number, digest, training_job,"
                        + " dataset_digest, parent, create_time, accepted) VALUES (:model, :number,"
                        + " :digest, :job, :dataset, :parent, :created, :accepted)")
                .bind("model", record.id().model().id())
                .bind("number", record.id().number())
                .bind("digest", record.digest())
                .bind("job", record.trainingJob())
                .bind("dataset", record.datasetDigest())
                .bind("parent", record.parent())
                .bind("created", record.createTime().toString())
                .bind("accepted", record.accepted() ? 1 : 0)
                .execute());
  }

  @Override
  public synchronized void forget(VersionId id) {
    jdbi.useTransaction(
        handle ->
            handle.execute(
                "DELETE FROM version WHERE model = ? AND number = ?",
                id.model().id(),
                id.number()));
  }

  private static RuntimeException unwritable(JdbiException refused) {
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite
          && DISK.contains(sqlite.getResultCode().code & 0xFF)) {
        return new ServingException(
                ErrorReason.REPOSITORY_UNWRITABLE,
                "the server's state takes no writes now: its disk is full or read-only; nothing was"
                    + " changed")
            .causedBy(refused);
      }
    }
    return refused;
  }

  /** Ends the connection; what was written stays. */
  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (Exception unexpected) {
      throw new IllegalStateException("the registry's database was not closed", unexpected);
    }
  }
}
