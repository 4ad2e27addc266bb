package dev.millrace.server.tensorflow.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a process says into a file that cannot fill the disk: a full file is set aside under
 * a name with {@code .1}, where the one before it is dropped.
 */
final class WorkerLog {
  private static final Logger log = LoggerFactory.getLogger(WorkerLog.class);

  private final Path file;
  private final long largest;

  /**
   * A log.
   *
   * @param largest bytes after which the file is set aside
   */
  WorkerLog(Path file, long largest) {
    this.file = file;
    this.largest = largest;
  }

  /** Copies until the end; goes on reading when the disk is full, lest the process block. */
  void copy(InputStream in) {
    byte[] buffer = new byte[8192];
    OutputStream out = OutputStream.nullOutputStream();
    try {
      out = Files.newOutputStream(file);
      long written = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (written + n > largest) {
          out.close();
          Files.move(
              file,
              file.resolveSibling(file.getFileName() + ".1"),
              StandardCopyOption.REPLACE_EXISTING);
          out = Files.newOutputStream(file);
          written = 0;
        }
        out.write(buffer, 0, n);
        written += n;
      }
    } catch (IOException unwritable) {
      log.debug("the log of a training process ends early", unwritable);
      drain(in);
    } finally {
      close(out);
    }
  }

  private static void drain(InputStream in) {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException gone) {
      log.debug("the training process is gone", gone);
    }
  }

  private static void close(OutputStream out) {
    try {
      out.close();
    } catch (IOException unwritable) {
      log.debug("the log of a training process ends early", unwritable);
    }
  }
}
