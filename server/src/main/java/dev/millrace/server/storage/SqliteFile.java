package dev.millrace.server.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * An SQLite file: opened, brought to the present schema by Flyway, and set aside when it is
 * damaged.
 *
 * @param source makes connections to it
 * @param isNew true when the file was not there before, or was damaged: nothing is in it yet
 */
record SqliteFile(SQLiteDataSource source, boolean isNew) {
  private static final Logger log = LoggerFactory.getLogger(SqliteFile.class);
  private static final int BUSY_MILLIS = 5000;

  /**
   * Opens a file, making it if need be.
   *
   * @param migrations where on the class path the migrations lie
   * @param loss what is lost with the file, in words for the log
   * @throws IOException if the file cannot be read or written, or was written by a newer server
   */
  static SqliteFile open(Path file, String migrations, String loss, InstantSource clock)
      throws IOException {
    boolean isNew = !Files.exists(file);
    try {
      return new SqliteFile(prepare(file, migrations), isNew);
    } catch (SQLException | FlywayException failed) {
      if (!isDamage(failed)) {
        throw new IOException("the database " + file + " cannot be opened", failed);
      }
      Path aside = setAside(file, clock);
      log.error("{} IS DAMAGED and was set aside as {}; {}", file, aside, loss, failed);
    }
    try {
      return new SqliteFile(prepare(file, migrations), true);
    } catch (SQLException | FlywayException failed) {
      throw new IOException("the database " + file + " cannot be made anew", failed);
    }
  }

  private static SQLiteDataSource prepare(Path file, String migrations) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    // A transaction that reads first and writes later could find the file locked in between.
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    try (Connection connection = source.getConnection()) {
      check(connection);
      Flyway.configure().dataSource(source).locations(migrations).loggers("slf4j").load().migrate();
    }
    return source;
  }

  private static void check(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery("PRAGMA quick_check(1)")) {
      String verdict = result.next() ? result.getString(1) : "nothing";
      if (!"ok".equals(verdict)) {
        throw new SQLiteException(verdict, SQLiteErrorCode.SQLITE_CORRUPT);
      }
    }
  }

  private static boolean isDamage(Throwable failed) {
    for (@Nullable Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        SQLiteErrorCode code = sqlite.getResultCode();
        // Extended codes carry the primary one in their lowest byte.
        int primary = code.code & 0xFF;
        return primary == SQLiteErrorCode.SQLITE_CORRUPT.code
            || primary == SQLiteErrorCode.SQLITE_NOTADB.code;
      }
    }
    return false;
  }

  private static Path setAside(Path file, InstantSource clock) throws IOException {
    String name = Objects.requireNonNull(file.getFileName()).toString();
    Path aside =
        file.resolveSibling(name + ".damaged-" + clock.instant().toString().replace(':', '-'));
    Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
    for (String part : new String[] {"-wal", "-shm"}) {
      Path beside = file.resolveSibling(name + part);
      if (Files.exists(beside)) {
        Files.move(beside, aside.resolveSibling(aside.getFileName() + part));
      }
    }
    DurableFile.syncFolder(file.toAbsolutePath().getParent());
    return aside;
  }
}
