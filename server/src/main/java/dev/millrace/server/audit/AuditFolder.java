package dev.millrace.server.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a log: {@code <first line's number>.jsonl} in the order of these numbers, and {@code
 * head}, which holds the mark of the last line. Reads only; stateless.
 */
public final class AuditFolder {
  private static final Pattern FILE = Pattern.compile("[0-9]{12}\\.jsonl");
  private static final String HEAD = "head";

  private final Path folder;

  /** A folder that may not be there yet. */
  public AuditFolder(Path folder) {
    this.folder = folder;
  }

  /** The log of a server's state folder. */
  public static AuditFolder of(Path dataDirectory) {
    return new AuditFolder(dataDirectory.resolve("audit"));
  }

  Path path() {
    return folder;
  }

  Path head() {
    return folder.resolve(HEAD);
  }

  Path file(long firstLine) {
    return folder.resolve(String.format(Locale.ROOT, "%012d.jsonl", firstLine));
  }

  /** Its files in order; none where there is no folder. */
  List<Path> files() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> FILE.matcher(String.valueOf(entry.getFileName())).matches())
          .sorted()
          .toList();
    } catch (NoSuchFileException noLog) {
      return List.of();
    }
  }

  /** The mark of the last line, as the server kept it; empty where it kept none. */
  public Optional<AuditMark> keptHead() throws IOException {
    try {
      return AuditMark.parse(Files.readString(head(), StandardCharsets.US_ASCII));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  /** Every line that is whole, in the order of the files. */
  public List<KeptLine> lines() throws IOException {
    List<KeptLine> all = new ArrayList<>();
    for (Path file : files()) {
      all.addAll(lines(file));
    }
    return all;
  }

  /** The lines of one file that are whole. */
  List<KeptLine> lines(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<KeptLine> lines = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        byte[] line = Arrays.copyOfRange(bytes, begin, i);
        lines.add(KeptLine.of(String.valueOf(file.getFileName()), lines.size() + 1, line));
        begin = i + 1;
      }
    }
    return lines;
  }

  /** Bytes at the end of the last file that make no line: a stop of the machine cut them off. */
  public long tornBytes() throws IOException {
    List<Path> files = files();
    if (files.isEmpty()) {
      return 0;
    }
    byte[] bytes = Files.readAllBytes(files.get(files.size() - 1));
    int torn = 0;
    while (torn < bytes.length && bytes[bytes.length - 1 - torn] != '\n') {
      torn++;
    }
    return torn;
  }

  /** What is wrong with it; see {@link AuditCheck}. */
  public List<AuditFinding> check(List<AuditMark> marks) throws IOException {
    List<AuditMark> all = new ArrayList<>(marks);
    keptHead().ifPresent(all::add);
    return AuditCheck.of(lines(), all);
  }
}
