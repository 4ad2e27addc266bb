package dev.millrace.server.storage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.ModelRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a copy of each model's record beside its versions, as {@code <model>/.registry.json}, so
 * that labels survive the loss of the registry's database. The database is the truth: copies are
 * written after it, and read only to make it anew. A repository that takes no writes costs one
 * warning. Thread-safe.
 */
public final class RegistryMirror {
  private static final Logger log = LoggerFactory.getLogger(RegistryMirror.class);
  private static final String FILE = ".registry.json";
  private static final long LARGEST = 1 << 20;

  private final Path root;
  private final AtomicBoolean warned = new AtomicBoolean();
  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** Copies in the folders of a model repository. */
  public RegistryMirror(Path repository) {
    this.root = repository;
  }

  /** Writes the copy of a record; a model without a folder has none. */
  public synchronized void write(ModelRecord record) {
    Path folder = root.resolve(record.model().id());
    if (!Files.isDirectory(folder)) {
      return;
    }
    try {
      DurableFile.write(folder.resolve(FILE), json.writeValueAsBytes(MirrorFile.of(record)));
    } catch (IOException unwritable) {
      if (warned.compareAndSet(false, true)) {
        log.warn(
            "the model repository takes no copy of the registry; should the registry's database be"
                + " lost, labels are lost with it",
            unwritable);
      }
    }
  }

  /** Brings the copy of a record up to date if it is not. */
  public void renew(ModelRecord record) {
    if (!read(record.model()).equals(Optional.of(record))) {
      write(record);
    }
  }

  /** The copy of a model's record; empty when there is none that makes sense. */
  public Optional<ModelRecord> read(ModelName model) {
    Path file = root.resolve(model.id()).resolve(FILE);
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
        return Optional.empty();
      }
      MirrorFile content = json.readValue(file.toFile(), MirrorFile.class);
      return content == null ? Optional.empty() : Optional.of(content.toRecord(model));
    } catch (IOException damaged) {
      log.warn("what is kept of the registry beside model {} cannot be read", model, damaged);
      return Optional.empty();
    }
  }
}
