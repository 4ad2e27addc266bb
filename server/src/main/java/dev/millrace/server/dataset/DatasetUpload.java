package dev.millrace.server.dataset;

import dev.millrace.server.model.FieldPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One upload while a call sends it. Confined to one thread at a time; closing it deletes it. */
public final class DatasetUpload implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final DatasetPlan plan;
  private final Path folder;
  private final Runnable release;

  DatasetUpload(DatasetPlan plan, Path folder, Runnable release) {
    this.plan = plan;
    this.folder = folder;
    this.release = release;
  }

  DatasetPlan plan() {
    return plan;
  }

  Path folder() {
    return folder;
  }

  /**
   * Writes a piece.
   *
   * @param offset how many bytes of the file were written before
   * @param piece read from its position to its limit
   * @throws dev.millrace.server.model.ServingException IMPORT_INVALID if the file is not planned,
   *     the offset is another, or the file would become longer than planned; DATASETS_UNWRITABLE
   */
  public void write(String name, long offset, ByteBuffer piece) {
    DatasetPlan.File file =
        plan.files().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(() -> DatasetPlan.invalid(quoted(name) + " is not in the plan"));
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (offset != channel.size()) {
        throw DatasetPlan.invalid(
            quoted(name)
                + " goes on at byte "
                + channel.size()
                + ", and the piece begins at "
                + offset);
      }
      if (piece.remaining() > file.size() - offset) {
        throw DatasetPlan.invalid(
            quoted(name) + " has more than the " + file.size() + " bytes of the plan");
      }
      long place = offset;
      while (piece.hasRemaining()) {
        place += channel.write(piece, place);
      }
    } catch (IOException unwritable) {
      throw DatasetUploads.unwritable(unwritable);
    }
  }

  /**
   * Holds what has arrived against the plan, writes the digests down, and all of it to the disk.
   */
  void verify() {
    StringBuilder sums = new StringBuilder();
    try {
      for (DatasetPlan.File file : plan.files()) {
        Path path = folder.resolve(file.name());
        long arrived = Files.exists(path) ? Files.size(path) : 0;
        if (arrived != file.size()) {
          throw DatasetPlan.invalid(
              "of "
                  + quoted(file.name())
                  + " "
                  + arrived
                  + " of "
                  + file.size()
                  + " bytes have arrived");
        }
        if (!sha256(path).equals(file.sha256())) {
          throw DatasetPlan.invalid(
              quoted(file.name()) + " has another digest than the plan; send it again");
        }
        sync(path);
        sums.append(file.sha256()).append("  ").append(file.name()).append('\n');
      }
      Path written = folder.resolve(DatasetFolder.SUMS);
      Files.writeString(written, sums, StandardCharsets.UTF_8);
      sync(written);
    } catch (IOException unreadable) {
      throw DatasetUploads.unwritable(unreadable);
    }
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static String quoted(String name) {
    return "file '" + FieldPath.shown(name) + "'";
  }

  @Override
  public void close() {
    release.run();
  }
}
