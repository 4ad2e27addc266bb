package dev.millrace.server.dataset;

import dev.millrace.server.dataset.DatasetFiles.KnownDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The digests of a folder's files, in the form that {@code sha256sum} writes. */
record Sha256Sums(Map<String, String> byName) {
  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern LINE = Pattern.compile("([0-9a-fA-F]{64}) [ *](?:\\./)?(\\S+)");

  Sha256Sums {
    byName = Map.copyOf(byName);
  }

  static Sha256Sums read(Path file, DatasetFaults faults) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw faults.invalid(DatasetFolder.SUMS, "is larger than 1 MiB");
      }
      return parse(Files.readString(file, StandardCharsets.UTF_8), faults);
    } catch (IOException unreadable) {
      throw faults.invalid(DatasetFolder.SUMS, "cannot be read").causedBy(unreadable);
    }
  }

  static Sha256Sums parse(String text, DatasetFaults faults) {
    Map<String, String> byName = new TreeMap<>();
    text.lines().filter(line -> !line.isBlank()).forEach(line -> add(line, byName, faults));
    return new Sha256Sums(byName);
  }

  private static void add(String line, Map<String, String> byName, DatasetFaults faults) {
    Matcher matcher = LINE.matcher(line.strip());
    if (!matcher.matches()) {
      throw faults.invalid(
          DatasetFolder.SUMS, "has a line that is not a SHA-256, two blanks and a file name");
    }
    byName.put(matcher.group(2), matcher.group(1).toLowerCase(Locale.ROOT));
  }

  /** The digest of the file as kept, or else of its uncompressed form, whichever is listed. */
  KnownDigest of(DatasetFile file, DatasetFaults faults) {
    String kept = byName.get(file.name());
    if (kept != null) {
      return new KnownDigest(kept, false);
    }
    String content = byName.get(file.plainName());
    if (content != null) {
      return new KnownDigest(content, true);
    }
    throw faults.invalid(DatasetFolder.SUMS, "does not list " + file.name());
  }
}
