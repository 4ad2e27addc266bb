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
import dev.millrace.server.training.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
  private static final String CHECKPOINTS = "checkpoints";
  private static final String REMOVED = ".removed-";

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
        if (folder.getFileName().toString().startsWith(REMOVED)) {
          delete(folder);
          continue;
        }
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
  public Workplace workplace(JobRecord record, long token) {
    Path folder = folder(record).toAbsolutePath();
    Path work = folder.resolve(WORK);
    try {
      if (Files.exists(work)) {
        try (Stream<Path> entries = Files.list(work)) {
          entries.filter(entry -> !entry.endsWith(CHECKPOINTS)).forEach(FileJobJournal::delete);
        }
      }
      Path place = Files.createDirectories(work.resolve("try-" + token));
      Path checkpoints = Files.createDirectories(work.resolve(CHECKPOINTS));
      return new Workplace(place.resolve("model"), checkpoints, folder, token);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  @Override
  public void clear(JobRecord record) {
    delete(folder(record).resolve(WORK));
  }

  @Override
  public void remove(JobRecord record) {
    Path removed = root.resolve(REMOVED + record.id());
    try {
      // By one rename, so that a crash leaves no job that has lost half of its events.
      Files.move(folder(record), removed, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritable) {
      log.warn("job {} cannot be removed", record.id(), unwritable);
      return;
    }
    delete(removed);
  }

  private static void delete(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException undeletable) {
      log.warn("{} cannot be removed", tree.getFileName(), undeletable);
    }
  }

  private Path folder(JobRecord record) {
    return root.resolve(record.id());
  }
}
