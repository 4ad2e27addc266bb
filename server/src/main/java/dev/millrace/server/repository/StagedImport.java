package dev.millrace.server.repository;

import static dev.millrace.server.repository.ImportRules.invalid;
import static dev.millrace.server.repository.ImportRules.quoted;

import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One upload while a call sends it. Confined to one thread at a time. */
public final class StagedImport implements AutoCloseable {
  private final ImportPlan plan;
  private final Path files;
  private final Runnable release;
  private final Map<String, FileEntry> planned = new HashMap<>();
  private @Nullable FileChannel open;
  private String openPath = "";

  StagedImport(ImportPlan plan, Path files, Runnable release) {
    this.plan = plan;
    this.files = files;
    this.release = release;
    plan.files().forEach(file -> planned.put(file.path(), file));
  }

  /** What it will bring. */
  public ImportPlan plan() {
    return plan;
  }

  /** The folder that becomes the version's. */
  public Path directory() {
    return files;
  }

  /**
   * Writes a piece.
   *
   * @param offset how many bytes of the file were written before
   * @param piece read from its position to its limit
   * @throws ServingException IMPORT_INVALID if the file is not planned, the offset is another, or
   *     the file would become longer than planned, in which case it is thrown away;
   *     REPOSITORY_UNWRITABLE
   */
  public void write(String path, long offset, ByteBuffer piece) {
    FileEntry file = planned.get(path);
    if (file == null) {
      throw invalid("file " + quoted(path) + " is not in the plan");
    }
    try {
      FileChannel channel = channel(path);
      long arrived = channel.size();
      if (offset != arrived) {
        throw invalid(
            "file "
                + quoted(path)
                + " goes on at byte "
                + arrived
                + ", and the piece begins at "
                + offset);
      }
      if (piece.remaining() > file.size() - arrived) {
        channel.truncate(0);
        throw invalid(
            "file " + quoted(path) + " has more than the " + file.size() + " bytes of the plan");
      }
      long place = arrived;
      while (piece.hasRemaining()) {
        place += channel.write(piece, place);
      }
    } catch (IOException unwritable) {
      throw ImportStaging.unwritable(unwritable);
    }
  }

  /**
   * Holds what has arrived against the plan.
   *
   * @throws ServingException IMPORT_INVALID if a file is not all there, or is another than planned;
   *     that one is thrown away then
   */
  public void verify() {
    closeChannel();
    try {
      for (FileEntry file : plan.files()) {
        long arrived = arrived(file);
        if (arrived < file.size()) {
          throw invalid(
              "of file "
                  + quoted(file.path())
                  + " "
                  + arrived
                  + " of "
                  + file.size()
                  + " bytes have arrived");
        }
      }
      for (FileEntry file : plan.files()) {
        if (!Sha256.of(file(file)).equals(file.sha256())) {
          Files.write(file(file), new byte[0]);
          throw invalid(
              "file " + quoted(file.path()) + " has another digest than the plan; send it again");
        }
      }
    } catch (IOException unreadable) {
      throw ImportStaging.unwritable(unreadable);
    }
  }

  /** Lets another call take the upload up. */
  @Override
  public void close() {
    try {
      closeChannel();
    } finally {
      release.run();
    }
  }

  Map<String, Long> received() throws IOException {
    Map<String, Long> received = new TreeMap<>();
    for (FileEntry file : plan.files()) {
      long arrived = arrived(file);
      if (arrived > 0) {
        received.put(file.path(), arrived);
      }
    }
    return received;
  }

  long receivedBytes() throws IOException {
    return received().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Makes every file, of no bytes at first. */
  void prepare() throws IOException {
    for (FileEntry file : plan.files()) {
      Path path = file(file);
      if (Files.notExists(path)) {
        Files.createDirectories(path.getParent());
        Files.createFile(path);
      } else if (Files.size(path) > file.size()) {
        Files.write(path, new byte[0]);
      }
    }
  }

  private FileChannel channel(String path) throws IOException {
    FileChannel channel = open;
    if (channel == null || !openPath.equals(path)) {
      closeChannel();
      channel = FileChannel.open(files.resolve(path), StandardOpenOption.WRITE);
      open = channel;
      openPath = path;
    }
    return channel;
  }

  private void closeChannel() {
    FileChannel channel = open;
    open = null;
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException unwritable) {
      throw ImportStaging.unwritable(unwritable);
    }
  }

  private long arrived(FileEntry file) throws IOException {
    return Files.exists(file(file)) ? Files.size(file(file)) : 0;
  }

  private Path file(FileEntry file) {
    return files.resolve(file.path());
  }
}
