package dev.millrace.server.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.training.TrainingEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A job's {@code events.jsonl}: one line of JSON an event. A line counts when its line feed is
 * there; what follows the last one was cut off by a crash.
 */
final class EventFile {
  private final Path file;
  private final ObjectMapper json;

  EventFile(Path file, ObjectMapper json) {
    this.file = file;
    this.json = json;
  }

  /** Adds an event whole or, when it throws, not at all; changes of state are durable on return. */
  void append(TrainingEvent event) throws IOException {
    byte[] line =
        (json.writeValueAsString(EventLine.of(event)) + "\n").getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long end = channel.size();
      channel.position(end);
      try {
        ByteBuffer buffer = ByteBuffer.wrap(line);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        if (event.what() instanceof TrainingEvent.StateChanged) {
          channel.force(false);
        }
      } catch (IOException unwritable) {
        channel.truncate(end);
        throw unwritable;
      }
    }
  }

  /**
   * Reads all events, and cuts off what is less than a line.
   *
   * @throws IOException if a whole line makes no sense
   */
  List<TrainingEvent> read() throws IOException {
    List<TrainingEvent> events = new ArrayList<>();
    if (!Files.exists(file)) {
      return events;
    }
    byte[] bytes = Files.readAllBytes(file);
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        events.add(parse(new String(bytes, begin, i - begin, StandardCharsets.UTF_8), events));
        begin = i + 1;
      }
    }
    if (begin < bytes.length) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(begin);
      }
    }
    return events;
  }

  private TrainingEvent parse(String line, List<TrainingEvent> before) throws IOException {
    try {
      EventLine event = json.readValue(line, EventLine.class);
      if (event != null) {
        return event.toEvent();
      }
    } catch (JsonProcessingException | IllegalStateException damaged) {
      throw new IOException("event " + (before.size() + 1) + " is damaged", damaged);
    }
    throw new IOException("event " + (before.size() + 1) + " is empty");
  }
}
