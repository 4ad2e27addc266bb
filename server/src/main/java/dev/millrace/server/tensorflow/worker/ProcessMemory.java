package dev.millrace.server.tensorflow.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory of this process, as Linux tells it; elsewhere nothing is known and nothing done. */
final class ProcessMemory {
  private static final Logger log = LoggerFactory.getLogger(ProcessMemory.class);
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
  private static final int KIBIBYTE_BITS = 10;

  private final Path process;

  /**
   * Memory of a process.
   *
   * @param process its folder, {@code /proc/self} for this one
   */
  ProcessMemory(Path process) {
    this.process = process;
  }

  /** Bytes in memory. */
  OptionalLong resident() {
    try {
      Matcher matcher = RESIDENT.matcher(Files.readString(process.resolve("status")));
      return matcher.find()
          ? OptionalLong.of(Long.parseLong(matcher.group(1)) << KIBIBYTE_BITS)
          : OptionalLong.empty();
    } catch (IOException notOnThisSystem) {
      return OptionalLong.empty();
    }
  }

  /** Has the system end this process rather than the server when memory is out. */
  void offer() {
    try {
      Files.writeString(process.resolve("oom_score_adj"), "500");
    } catch (IOException notOnThisSystem) {
      log.debug("the system takes no word on who goes first", notOnThisSystem);
    }
  }
}
