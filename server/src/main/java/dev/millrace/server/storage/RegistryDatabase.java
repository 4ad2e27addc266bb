package dev.millrace.server.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;

/**
 * The SQLite file of the registry: opened, brought to the present schema, and set aside when it is
 * damaged.
 *
 * @param store what is in it
 * @param isNew true when the file was not there before, or was damaged: nothing is in it yet
 */
public record RegistryDatabase(SqliteRegistryStore store, boolean isNew) {
  private static final String FILE = "registry.db";

  /**
   * Opens the file {@code registry.db} of a folder, making it if need be.
   *
   * @throws IOException if the file cannot be read or written, or was written by a newer server
   */
  public static RegistryDatabase open(Path folder, InstantSource clock) throws IOException {
    SqliteFile file =
        SqliteFile.open(
            folder.resolve(FILE),
            "classpath:db/registry",
            "labels and traffic are restored from what the model repository keeps of them, the"
                + " history begins anew",
            clock);
    try {
      return new RegistryDatabase(
          new SqliteRegistryStore(file.source().getConnection()), file.isNew());
    } catch (SQLException failed) {
      throw new IOException("the registry cannot be opened", failed);
    }
  }
}
