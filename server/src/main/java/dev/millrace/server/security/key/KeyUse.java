package dev.millrace.server.security.key;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * When each key was used last, in a file of its own that the server alone writes, now and then; a
 * crash loses the last minute. Thread-safe.
 */
public final class KeyUse {
  private static final String NAME = "key-use.json";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final Map<String, Long> seconds = new ConcurrentHashMap<>();
  private final AtomicBoolean changed = new AtomicBoolean();

  /**
   * The use of a data directory's keys.
   *
   * @throws IOException if the file is there and cannot be read
   */
  public KeyUse(Path dataDirectory) throws IOException {
    this.file = dataDirectory.resolve(NAME);
    try {
      seconds.putAll(
          JSON.readValue(Files.readAllBytes(file), new TypeReference<Map<String, Long>>() {}));
    } catch (NoSuchFileException unused) {
      // No key was used yet.
    }
  }

  /** The last use; empty for a key that was not used. */
  public Optional<Instant> last(String prefix) {
    return Optional.ofNullable(seconds.get(prefix)).map(Instant::ofEpochSecond);
  }

  /** A key is used. Within one second, only the first use costs more than a look. */
  void used(String prefix, Instant now) {
    long second = now.getEpochSecond();
    Long before = seconds.get(prefix);
    if (before == null || before < second) {
      seconds.put(prefix, second);
      changed.set(true);
    }
  }

  /**
   * Writes what has changed.
   *
   * @throws IOException if that is not possible now; the next call tries again
   */
  public void write() throws IOException {
    if (!changed.compareAndSet(true, false)) {
      return;
    }
    try {
      Path draft = file.resolveSibling(NAME + ".new");
      Files.write(draft, JSON.writeValueAsBytes(new TreeMap<>(seconds)));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritable) {
      changed.set(true);
      throw unwritable;
    }
  }
}
