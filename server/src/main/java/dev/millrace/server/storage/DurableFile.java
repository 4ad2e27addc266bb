package dev.millrace.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Small files that are there whole or as they were before, whenever the machine stops. */
final class DurableFile {
  private static final Logger log = LoggerFactory.getLogger(DurableFile.class);

  private DurableFile() {}

  /** Puts bytes in place of a file's content, by a draft beside it, a sync and a rename. */
  static void write(Path file, byte[] content) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    try {
      try (FileChannel channel =
          FileChannel.open(
              draft,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritable) {
      Files.deleteIfExists(draft);
      throw unwritable;
    }
    syncFolder(file.toAbsolutePath().getParent());
  }

  /** Makes new names in a folder survive a power cut, where the file system can do that. */
  static void syncFolder(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException notOnThisSystem) {
      log.debug("a folder cannot be forced to disk here", notOnThisSystem);
    }
  }
}
