package dev.millrace.server.dataset;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder with four files named as MNIST's or EMNIST's are ({@code
 * emnist-digits-test-images-idx3-ubyte.gz}), and, if somebody put it there, a {@code SHA256SUMS}
 * file with the digests of the plain files.
 */
final class DatasetFolder implements DatasetFiles {
  private static final String SUMS = "SHA256SUMS";

  private final Path folder;

  DatasetFolder(Path folder) {
    this.folder = folder;
  }

  @Override
  public InputStream open(Role role) throws IOException {
    List<Path> matches;
    try (Stream<Path> files = Files.list(folder)) {
      matches = files.filter(file -> plays(role, plainName(file))).sorted().toList();
    }
    if (matches.isEmpty()) {
      throw new FileNotFoundException("it is missing");
    }
    if (matches.size() > 1) {
      throw new IOException("more than one file could be it");
    }
    return Files.newInputStream(matches.get(0));
  }

  @Override
  public Map<Role, String> expectedDigests() throws IOException {
    Path sums = folder.resolve(SUMS);
    if (!Files.isRegularFile(sums)) {
      return Map.of();
    }
    Map<String, String> byName = new HashMap<>();
    for (String line : Files.readAllLines(sums)) {
      String[] parts = line.trim().split("\\s+\\*?", 2);
      if (parts.length == 2) {
        byName.put(parts[1], parts[0].toLowerCase(Locale.ROOT));
      }
    }
    Map<Role, String> expected = new EnumMap<>(Role.class);
    byName.forEach(
        (name, digest) -> {
          for (Role role : Role.values()) {
            if (plays(role, name)) {
              expected.put(role, digest);
            }
          }
        });
    return expected;
  }

  private static String plainName(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
  }

  private static boolean plays(Role role, String name) {
    return name.endsWith(role.fileName())
        || name.endsWith(role.fileName().replace("t10k-", "test-"));
  }
}
