package dev.millrace.server.security.key;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The file of API keys, {@code keys.json} in the data directory: changed as a whole, by an atomic
 * rename under a lock between processes, so that a server reads it while it is changed. Readable
 * and writable by its owner alone. Thread-safe.
 */
public final class KeyFile {
  private static final String NAME = "keys.json";
  private static final String LOCK = "keys.lock";
  private static final long LARGEST = 16 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final Path folder;

  /** The file in a data directory, which need not exist. */
  public KeyFile(Path dataDirectory) {
    this.folder = dataDirectory;
  }

  /** Changes with every change of the file; empty while there is none. */
  public Optional<String> stamp() {
    try {
      BasicFileAttributes file =
          Files.readAttributes(folder.resolve(NAME), BasicFileAttributes.class);
      return Optional.of(file.fileKey() + " " + file.lastModifiedTime() + " " + file.size());
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /**
   * Every key that was ever made; none while there is no file.
   *
   * @throws IOException if the file cannot be read or is damaged
   */
  public List<ApiKey> read() throws IOException {
    Path file = folder.resolve(NAME);
    try {
      if (Files.size(file) > LARGEST) {
        throw new IOException("keys.json in the data directory is larger than 16 MiB");
      }
      return JSON.readValue(Files.readAllBytes(file), new TypeReference<List<ApiKey>>() {});
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  /**
   * Changes the keys; another process that wants to waits for the end.
   *
   * @throws IOException if the file cannot be read or written; nothing is changed then
   */
  public synchronized void change(UnaryOperator<List<ApiKey>> change) throws IOException {
    Files.createDirectories(folder);
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      write(change.apply(read()));
    }
  }

  private void write(List<ApiKey> keys) throws IOException {
    Path draft = folder.resolve(NAME + ".new");
    Files.deleteIfExists(draft);
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      Files.createFile(
          draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.write(
        draft,
        JSON.writeValueAsBytes(keys),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.DSYNC);
    Files.move(draft, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }
}
