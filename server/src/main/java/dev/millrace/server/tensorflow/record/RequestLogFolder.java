package dev.millrace.server.tensorflow.record;

import dev.millrace.server.model.ModelName;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the request log: a folder for each model, and in it files that are named after the
 * millisecond in which they were begun. Stateless.
 */
public final class RequestLogFolder {
  private static final Logger log = LoggerFactory.getLogger(RequestLogFolder.class);
  private static final Pattern FILE = Pattern.compile("([0-9]{13})\\.tfrecord(\\.part)?");
  private static final String PART = ".part";
  private static final int FRAME = 16;

  private final Path root;

  /** Files below a folder that may not be there yet. */
  public RequestLogFolder(Path root) {
    this.root = root;
  }

  /** Those of a server's state folder. */
  public static RequestLogFolder of(Path dataDirectory) {
    return new RequestLogFolder(dataDirectory.resolve("request-log"));
  }

  /**
   * A file.
   *
   * @param path where it is
   * @param begun not after its first record
   * @param bytes its size
   */
  record Kept(Path path, Instant begun, long bytes) {}

  /** Models that have files, by name. */
  public List<ModelName> models() throws IOException {
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .map(folder -> String.valueOf(folder.getFileName()))
          .filter(ModelName::isValid)
          .sorted()
          .map(ModelName::new)
          .toList();
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  /** The files of a model, the oldest first. */
  List<Kept> files(ModelName model) throws IOException {
    List<Kept> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(root.resolve(model.id()))) {
      for (Path entry : entries.toList()) {
        Matcher name = FILE.matcher(String.valueOf(entry.getFileName()));
        if (name.matches()) {
          files.add(
              new Kept(
                  entry, Instant.ofEpochMilli(Long.parseLong(name.group(1))), Files.size(entry)));
        }
      }
    } catch (NoSuchFileException none) {
      return List.of();
    }
    files.sort(Comparator.comparing(Kept::begun));
    return files;
  }

  /** Where a file is written to. */
  Path begin(ModelName model, Instant begun) throws IOException {
    Path folder = Files.createDirectories(root.resolve(model.id()));
    return folder.resolve(begun.toEpochMilli() + ".tfrecord" + PART);
  }

  /** Gives a file its name for good. */
  void finish(Path part) throws IOException {
    String name = String.valueOf(part.getFileName());
    Files.move(
        part,
        part.resolveSibling(name.substring(0, name.length() - PART.length())),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** Closes the files that nobody closed, without a record that was cut off. */
  void closeLeftOpen() {
    try {
      for (ModelName model : models()) {
        for (Kept file : files(model)) {
          if (String.valueOf(file.path().getFileName()).endsWith(PART)) {
            try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
              channel.truncate(whole(file));
            }
            finish(file.path());
          }
        }
      }
    } catch (IOException unreadable) {
      log.warn("files of the request log that were left open stay so", unreadable);
    }
  }

  private static long whole(Kept file) throws IOException {
    long whole = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file.path()))) {
      TfRecordReader records = new TfRecordReader(in, file.bytes());
      for (Optional<byte[]> record = records.next(); record.isPresent(); record = records.next()) {
        whole += record.get().length + FRAME;
      }
    } catch (DamagedRecordException cutOff) {
      log.info("a request log was cut off by a stop; its whole records are kept", cutOff);
    }
    return whole;
  }

  /**
   * The newest records of a model, the oldest of them first.
   *
   * @param most how many at most
   */
  List<byte[]> newest(ModelName model, int most) throws IOException {
    List<byte[]> newest = new ArrayList<>();
    List<Kept> files = files(model);
    for (int i = files.size() - 1; i >= 0 && newest.size() < most; i--) {
      List<byte[]> ofFile = new ArrayList<>();
      try (InputStream in = new BufferedInputStream(Files.newInputStream(files.get(i).path()))) {
        TfRecordReader records = new TfRecordReader(in, files.get(i).bytes());
        for (Optional<byte[]> record = records.next();
            record.isPresent();
            record = records.next()) {
          ofFile.add(record.get());
        }
      } catch (DamagedRecordException stillWritten) {
        log.debug("the last record is not whole yet", stillWritten);
      }
      int missing = most - newest.size();
      newest.addAll(0, ofFile.subList(Math.max(0, ofFile.size() - missing), ofFile.size()));
    }
    return newest;
  }
}
