package dev.millrace.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Heap bytes that the threads of another JVM allocate while a measurement goes on, by that JVM's
 * own count of each thread, which Flight Recorder tells at the beginning and the end of a
 * recording. Memory outside of the heap is not in it. Confined to one thread.
 */
final class AllocatedBytes {
  private static final String RECORDING = "name=allocated";
  private static final String EVENT = "jdk.ThreadAllocationStatistics";

  private final long pid;
  private final Path file;

  /** Of the JVM with this process id, which must be this user's. */
  AllocatedBytes(long pid, Path folder) {
    this.pid = pid;
    this.file = folder.resolve("allocated.jfr");
  }

  void begin() throws IOException, InterruptedException {
    command("JFR.start", RECORDING, "settings=none", "+" + EVENT + "#enabled=true");
  }

  /** What was allocated since {@link #begin}; a thread that has ended meanwhile is left out. */
  long end() throws IOException, InterruptedException {
    command("JFR.stop", RECORDING, "filename=" + file);
    Map<Long, Long> first = new HashMap<>();
    Map<Long, Long> last = new HashMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      // The recorder writes down events of its own too, which name no thread.
      if (!event.getEventType().getName().equals(EVENT)) {
        continue;
      }
      RecordedThread thread = event.getThread("thread");
      if (isOfServer(thread)) {
        first.putIfAbsent(thread.getJavaThreadId(), event.getLong("allocated"));
        last.put(thread.getJavaThreadId(), event.getLong("allocated"));
      }
    }
    Files.delete(file);
    return last.entrySet().stream()
        .mapToLong(thread -> thread.getValue() - first.getOrDefault(thread.getKey(), 0L))
        .sum();
  }

  /** Not one that answers these commands. */
  private static boolean isOfServer(RecordedThread thread) {
    String name = String.valueOf(thread.getJavaName());
    return !name.equals("Attach Listener") && !name.startsWith("JFR ");
  }

  private void command(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(words));
    Process jcmd =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (jcmd.waitFor() != 0) {
      throw new IOException(words[0] + " failed");
    }
  }
}
