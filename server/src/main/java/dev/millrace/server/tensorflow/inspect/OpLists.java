package dev.millrace.server.tensorflow.inspect;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which ops a model may have, from {@code allowed-ops.txt}, and what those do that it may not have,
 * from {@code refused-ops.txt}. Immutable.
 */
final class OpLists {
  private final Set<String> allowed = new HashSet<>();
  private final Map<String, String> refused = new HashMap<>();

  /** The lists of the class path. */
  OpLists() {
    allowed.addAll(lines("allowed-ops.txt"));
    String does = "";
    for (String line : lines("refused-ops.txt")) {
      if (line.startsWith("[")) {
        does = line.substring(1, line.length() - 1);
      } else {
        refused.put(line, does);
      }
    }
  }

  boolean allows(String op) {
    return allowed.contains(op);
  }

  /** What an op does that models may not do, in words; empty for one that nobody knows. */
  Optional<String> refusal(String op) {
    return Optional.ofNullable(refused.get(op));
  }

  /** True for an op that is on either list, or that only {@link FileOps} allows. */
  boolean knows(String op) {
    return allows(op) || refused.containsKey(op) || FileOps.isOne(op);
  }

  private static List<String> lines(String resource) {
    try (InputStream in = Objects.requireNonNull(OpLists.class.getResourceAsStream(resource));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
