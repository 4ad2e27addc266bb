package dev.millrace.server.audit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log as files. Thread-safe: lines are written one at a time, under its monitor.
 *
 * <ol>
 *   <li>A line that {@link #append} returned for is on the disk ({@code fdatasync}), and no line
 *       after it holds another hash.
 *   <li>One that it threw for is not in the log: what was written of it is cut off again.
 *   <li>The head is renewed after each line. A stop of the machine between the two leaves a head
 *       that is one line behind, which is no fault.
 *   <li>A file that has reached its size is left alone, and the chain goes on in a new one. The log
 *       deletes nothing.
 *   <li>What a stop of the machine left of a line is cut off at the next start, and a line says so.
 *       Lines that the head knows and the files lack leave a gap in the numbers for ever.
 * </ol>
 */
public final class AuditLog implements AuditTrail {
  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);

  private final AuditFolder folder;
  private final long fileBytes;
  private final InstantSource clock;

  @GuardedBy("this")
  private AuditMark last = AuditMark.NONE;

  /** What the next line's number is counted from; ahead of the last line where some are gone. */
  @GuardedBy("this")
  private long counted;

  @GuardedBy("this")
  private Path file;

  @GuardedBy("this")
  private boolean broken;

  private AuditLog(AuditFolder folder, long fileBytes, InstantSource clock) {
    this.folder = folder;
    this.fileBytes = fileBytes;
    this.clock = clock;
    this.file = folder.file(1);
  }

  /**
   * Opens a log, which is made if there is none, and goes on at its end.
   *
   * @param fileBytes size from which on a new file is begun
   * @throws IOException if it cannot be read or written
   */
  public static AuditLog open(AuditFolder folder, long fileBytes, InstantSource clock)
      throws IOException {
    Files.createDirectories(folder.path());
    AuditLog opened = new AuditLog(folder, fileBytes, clock);
    opened.goOn();
    return opened;
  }

  private synchronized void goOn() throws IOException {
    List<Path> files = folder.files();
    long torn = folder.tornBytes();
    if (!files.isEmpty()) {
      file = files.get(files.size() - 1);
      cutTo(Files.size(file) - torn);
    }
    for (int i = files.size() - 1; i >= 0 && counted == 0; i--) {
      List<KeptLine> lines = folder.lines(files.get(i));
      for (int back = lines.size() - 1; back >= 0 && counted == 0; back--) {
        KeptLine line = lines.get(back);
        if (line.sequence() > 0) {
          counted = line.sequence();
          last = new AuditMark(counted, line.hash());
        }
      }
    }
    Optional<AuditMark> head = folder.keptHead();
    if (torn > 0) {
      append(
          AuditEntry.byServer(
              "millrace/RepairAudit",
              "",
              Decision.ALLOWED,
              Map.of("cut_off_bytes", Long.toString(torn))));
    }
    if (head.isPresent() && head.get().sequence() > counted) {
      log.error(
          "the audit log ends with line {}, and had {}: lines were cut off",
          counted,
          head.get().sequence());
      long lost = counted + 1;
      counted = head.get().sequence();
      append(
          AuditEntry.byServer(
              "millrace/RepairAudit",
              "",
              Decision.FAILED,
              Map.of("first_lost_line", Long.toString(lost), "head", head.get().toString())));
    }
  }

  @Override
  public synchronized AuditMark append(AuditEntry entry) {
    if (broken) {
      throw unwritable();
    }
    AuditLine line = new AuditLine(counted + 1, clock.instant(), entry, last.hash());
    byte[] bytes = line.bytes();
    try {
      write(bytes, line.sequence());
    } catch (IOException full) {
      log.error("the audit log takes no line", full);
      throw unwritable().causedBy(full);
    }
    last = new AuditMark(line.sequence(), AuditLine.hash(bytes));
    counted = line.sequence();
    keepHead();
    return last;
  }

  /** Where it ends. */
  public synchronized AuditMark last() {
    return last;
  }

  @GuardedBy("this")
  private void write(byte[] line, long sequence) throws IOException {
    if (Files.exists(file) && Files.size(file) >= fileBytes) {
      file = folder.file(sequence);
    }
    boolean isNew = !Files.exists(file);
    if (isNew) {
      file = folder.file(sequence);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long end = channel.size();
      channel.position(end);
      ByteBuffer buffer = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
      try {
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(isNew);
      } catch (IOException unwritable) {
        takeBack(channel, end);
        throw unwritable;
      }
    }
    if (isNew) {
      syncFolder();
    }
  }

  /** Half a line in the middle of the log would hide the next one. */
  @GuardedBy("this")
  private void takeBack(FileChannel channel, long end) {
    try {
      channel.truncate(end);
    } catch (IOException stuck) {
      broken = true;
      log.error("the audit log cannot be brought back to its last line; restart", stuck);
    }
  }

  @GuardedBy("this")
  private void cutTo(long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
      channel.force(true);
    }
  }

  @GuardedBy("this")
  private void keepHead() {
    Path draft = folder.path().resolve("head.draft");
    try {
      try (FileChannel channel =
          FileChannel.open(
              draft,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        channel.write(
            ByteBuffer.wrap((last.toString() + "\n").getBytes(StandardCharsets.US_ASCII)));
        channel.force(false);
      }
      Files.move(draft, folder.head(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException behind) {
      log.warn("the head of the audit log could not be renewed", behind);
    }
  }

  private void syncFolder() {
    try (FileChannel channel = FileChannel.open(folder.path(), StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException notOnThisSystem) {
      log.debug("a folder cannot be forced to disk here", notOnThisSystem);
    }
  }

  private static ServingException unwritable() {
    return new ServingException(
        ErrorReason.AUDIT_UNWRITABLE,
        "the audit log takes no lines, so no change is made; is its disk full or read-only?");
  }
}
