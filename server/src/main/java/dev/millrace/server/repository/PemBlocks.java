package dev.millrace.server.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM files of keys. Errors never quote what was read. */
final class PemBlocks {
  private static final long LARGEST = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  private PemBlocks() {}

  /**
   * What lies in the blocks of one kind, in the order of the file; at least one.
   *
   * @throws IOException if the file cannot be read or has none
   */
  static List<byte[]> read(Path file, String kind) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("'" + file + "' is larger than 1 MiB");
    }
    List<byte[]> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(Files.readString(file));
    while (matcher.find()) {
      if (matcher.group(1).equals(kind)) {
        blocks.add(Base64.getMimeDecoder().decode(matcher.group(2)));
      }
    }
    if (blocks.isEmpty()) {
      throw new IOException("'" + file + "' must be PEM with a '" + kind + "'");
    }
    return blocks;
  }
}
