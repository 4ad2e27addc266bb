package dev.millrace.server.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
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
 * The SQLite file of the registry: opened, brought to the present schema by Flyway, and set aside
 * when it is damaged.
 *
 * @param store what is in it
 * @param isNew true when the file was not there before, or was damaged: nothing is in it yet
 */
public record RegistryDatabase(SqliteRegistryStore store, boolean isNew) {
  private static final Logger log = LoggerFactory.getLogger(RegistryDatabase.class);
  private static final String FILE = "registry.db";
  private static final int BUSY_MILLIS = 5000;

  /**
   * Opens the file {@code registry.db} of a folder, making it if need be.
   *
   * @throws IOException if the file cannot be read or written, or was written by a newer server
   */
  public static RegistryDatabase open(Path folder, InstantSource clock) throws IOException {
    Path file = folder.resolve(FILE);
    boolean isNew = !Files.exists(file);
    try {
      return new RegistryDatabase(connect(file), isNew);
    } catch (SQLException | FlywayException failed) {
      if (!isDamage(failed)) {
        throw new IOException("the registry " + file + " cannot be opened", failed);
      }
      Path aside = setAside(file, clock);
      log.error(
          "THE REGISTRY IS DAMAGED and was set aside as {}; labels and traffic are restored from"
              + " what the model repository keeps of them, the history begins anew",
          aside,
          failed);
    }
    try {
      return new RegistryDatabase(connect(file), true);
    } catch (SQLException | FlywayException failed) {
      throw new IOException("the registry " + file + " cannot be made anew", failed);
    }
  }

  private static SqliteRegistryStore connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    // A transaction that reads first and writes later could find the file locked in between.
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    Connection connection = source.getConnection();
    try {
      check(connection);
      Flyway.configure()
          .dataSource(source)
          .locations("classpath:db/registry")
          .loggers("slf4j")
          .load()
          .migrate();
      return new SqliteRegistryStore(connection);
    } catch (SQLException | RuntimeException | Error failed) {
      connection.close();
      throw failed;
    }
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
    String suffix = ".damaged-" + clock.instant().toString().replace(':', '-');
    Path aside = file.resolveSibling(FILE + suffix);
    Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
    for (String part : new String[] {"-wal", "-shm"}) {
      Path beside = file.resolveSibling(FILE + part);
      if (Files.exists(beside)) {
        Files.move(beside, aside.resolveSibling(aside.getFileName() + part));
      }
    }
    DurableFile.syncFolder(file.toAbsolutePath().getParent());
    return aside;
  }
}
