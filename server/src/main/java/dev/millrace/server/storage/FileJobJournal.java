package dev.millrace.server.storage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs as files: {@code <root>/<job>/job.json}, and {@code events.jsonl} with a line for each
 * event. A line that a crash cut off is dropped; a job that cannot be read is left out and hides no
 * other.
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
          JobRecord record = json.readValue(folder.resolve(JOB).toFile(), JobRecord.class);
          entries.add(new Entry(record, readEvents(folder.resolve(EVENTS))));
        } catch (IOException damaged) {
          log.warn("job {} cannot be read and is left out", folder.getFileName(), damaged);
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return entries;
  }

  @Override
  public void create(JobRecord record) {
    try {
      Path folder = Files.createDirectories(folder(record));
      Path draft = folder.resolve(JOB + ".draft");
      write(draft, json.writeValueAsBytes(record), true);
      Files.move(draft, folder.resolve(JOB), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  @Override
  public void append(JobRecord record, TrainingEvent event) {
    try {
      byte[] line =
          (json.writeValueAsString(EventLine.of(event)) + "\n").getBytes(StandardCharsets.UTF_8);
      write(
          folder(record).resolve(EVENTS), line, event.what() instanceof TrainingEvent.StateChanged);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
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

  private List<TrainingEvent> readEvents(Path file) throws IOException {
    List<TrainingEvent> events = new ArrayList<>();
    if (!Files.exists(file)) {
      return events;
    }
    String text = Files.readString(file);
    int whole = text.lastIndexOf('\n') + 1;
    for (String line : text.substring(0, whole).lines().toList()) {
      try {
        events.add(json.readValue(line, EventLine.class).toEvent());
      } catch (JsonProcessingException | IllegalStateException damaged) {
        throw new IOException("line " + (events.size() + 1) + " is damaged", damaged);
      }
    }
    if (whole < text.length()) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length);
      }
    }
    return events;
  }

  private static void write(Path file, byte[] bytes, boolean force) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      if (force) {
        channel.force(true);
      }
    }
  }
}
