package dev.millrace.server.fuzz.parser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file for parsers that read from nothing else. */
public final class ScratchFile {
  private ScratchFile() {}

  /** What is done with it. */
  @FunctionalInterface
  public interface Use {
    /** Reads the file, which is alone in its folder. */
    void of(Path file) throws IOException;
  }

  /** Writes a file of a name, lets it be read, and deletes it with its folder. */
  public static void with(String name, byte[] content, Use use) throws IOException {
    Path folder = Files.createTempDirectory("millrace-fuzz");
    Path file = folder.resolve(name);
    try {
      Files.write(file, content);
      use.of(file);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }
}
