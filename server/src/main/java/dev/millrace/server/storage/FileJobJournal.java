package dev.millrace.server.storage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.millrace.server.training.JobJournal;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainingEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs as files: {@code <root>/<job>/job.json}, and {@code events.jsonl} with a line for each
 * event. A line that a crash cut off is dropped; a job that cannot be read is left out and hides no
 * other. What it cannot write is thrown as {@link UncheckedIOException}.
 */
public final class FileJobJournal implements JobJournal {
  private static final Logger log = LoggerFactory.getLogger(FileJobJournal.class);
  private static final String JOB = "job.json";
  private static final String EVENTS = "events.jsonl";
  private static final String WORK = "work";

  private final Path root;
  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  /** A journal in a folder, which is made if need be. */
  public FileJobJournal(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root);
  }

  @Override
  public List<Entry> load() {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> folders = Files.list(root)) {
      for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
        try {
          entries.add(read(folder));
        } catch (IOException | RuntimeException damaged) {
          log.warn("job {} cannot be read and is left out", folder.getFileName(), damaged);
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return entries;
  }

  private Entry read(Path folder) throws IOException {
    JobFile file = json.readValue(folder.resolve(JOB).toFile(), JobFile.class);
    if (file == null) {
      throw new IOException("job.json is empty");
    }
    JobRecord record = file.toRecord(String.valueOf(folder.getFileName()));
    return new Entry(record, new EventFile(folder.resolve(EVENTS), json).read());
  }

  @Override
  public void create(JobRecord record) {
    try {
      Path folder = Files.createDirectories(folder(record));
      DurableFile.write(folder.resolve(JOB), json.writeValueAsBytes(JobFile.of(record)));
      DurableFile.syncFolder(root);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  @Override
  public void append(JobRecord record, TrainingEvent event) {
    try {
      new EventFile(folder(record).resolve(EVENTS), json).append(event);
      if (event.sequence() == 1) {
        DurableFile.syncFolder(folder(record));
      }
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  @Override
  public List<TrainingEvent> events(JobRecord record) {
    try {
      return new EventFile(folder(record).resolve(EVENTS), json).read();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public Path workDirectory(JobRecord record) {
    clear(record);
    try {
      return Files.createDirectories(folder(record).resolve(WORK)).toAbsolutePath();
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  @Override
  public void clear(JobRecord record) {
    Path work = folder(record).resolve(WORK);
    if (!Files.exists(work)) {
      return;
    }
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException undeletable) {
      log.warn("what the run of job {} left cannot be removed", record.id(), undeletable);
    }
  }

  private Path folder(JobRecord record) {
    return root.resolve(record.id());
  }
}
