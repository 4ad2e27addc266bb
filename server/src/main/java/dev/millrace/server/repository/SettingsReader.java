package dev.millrace.server.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.server.model.NearestName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the keys of one section, and then tells of those that nobody asked for. */
final class SettingsReader {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}) ?(ms|s|m|h)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9}) ?(B|KiB|MiB|GiB)?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,9})?");
  private static final int LARGEST_COUNT = 1_000_000;
  private static final int MOST_NAMES = 100;

  private final String path;
  private final JsonNode node;
  private final TreeSet<String> known = new TreeSet<>();
  private final SortedSet<String> asked;

  private SettingsReader(String path, JsonNode node, SortedSet<String> asked) {
    this.path = path;
    this.node = node;
    this.asked = asked;
    if (!node.isObject() && !node.isMissingNode() && !node.isNull()) {
      throw SettingsFile.invalid(
          (path.isEmpty() ? "the file" : "'" + path + "'") + " must hold lines of 'key: value'");
    }
  }

  static SettingsReader of(JsonNode root) {
    return new SettingsReader("", root, new TreeSet<>());
  }

  SettingsReader section(String key) {
    JsonNode section = node(key);
    asked.remove(path(key));
    return new SettingsReader(
        path(key), section == null ? MissingNode.getInstance() : section, asked);
  }

  <T> T choice(String key, Map<String, T> choices, T otherwise) {
    return read(key, otherwise, choices::get, "one of " + new TreeSet<>(choices.keySet()));
  }

  boolean flag(String key, boolean otherwise) {
    return choice(key, Map.of("true", true, "false", false), otherwise);
  }

  int count(String key, int otherwise) {
    return read(
        key, otherwise, SettingsReader::parseCount, "a whole number from 1 to " + LARGEST_COUNT);
  }

  int count(String key, int otherwise, int least, int most) {
    return read(
        key,
        otherwise,
        text -> {
          Integer count = text.matches("[0-9]{1,7}") ? Integer.valueOf(text) : null;
          return count == null || count < least || count > most ? null : count;
        },
        "a whole number from " + least + " to " + most);
  }

  /** A part of a whole, from 0 to 1. */
  double share(String key, double otherwise) {
    return number(key, otherwise, 0, 1);
  }

  double number(String key, double otherwise, int least, int most) {
    return read(
        key,
        otherwise,
        text -> {
          Double number = NUMBER.matcher(text).matches() ? Double.valueOf(text) : null;
          return number == null || number < least || number > most ? null : number;
        },
        "a number from " + least + " to " + most);
  }

  /** A count, or 0 for auto. */
  int countOrAuto(String key, int otherwise) {
    return read(
        key,
        otherwise,
        text -> text.equals("auto") ? Integer.valueOf(0) : parseCount(text),
        "'auto' or a whole number from 1 to " + LARGEST_COUNT);
  }

  List<Integer> ascendingCounts(String key, List<Integer> otherwise) {
    JsonNode list = node(key);
    if (list == null) {
      return otherwise;
    }
    List<Integer> counts = new ArrayList<>();
    boolean ascending = list.isArray() && !list.isEmpty();
    for (JsonNode element : list) {
      Integer count = element.isValueNode() ? parseCount(element.asText()) : null;
      int before = counts.isEmpty() ? 0 : counts.get(counts.size() - 1);
      if (count == null || count <= before) {
        ascending = false;
        break;
      }
      counts.add(count);
    }
    if (!ascending) {
      throw wrong(key, "a list of ascending whole numbers such as [8, 32]", list.toString());
    }
    return counts;
  }

  /** Names of inputs and outputs. */
  Set<String> names(String key, Set<String> otherwise) {
    JsonNode list = node(key);
    if (list == null) {
      return otherwise;
    }
    Set<String> names = new TreeSet<>();
    boolean valid = list.isArray() && list.size() <= MOST_NAMES;
    for (JsonNode element : list) {
      valid &= element.isTextual() && !element.asText().isEmpty();
      names.add(element.asText());
    }
    if (!valid) {
      throw wrong(
          key,
          "a list of at most " + MOST_NAMES + " names such as [address, photo]",
          list.toString());
    }
    return names;
  }

  Duration duration(String key, Duration otherwise) {
    return read(key, otherwise, SettingsReader::parseDuration, "a time such as 500ms, 30s or 5m");
  }

  long bytes(String key, long otherwise) {
    return read(key, otherwise, SettingsReader::parseBytes, "a size such as 512KiB or 64MiB");
  }

  /** Paths of all keys read so far, here and in sections. */
  SortedSet<String> asked() {
    return asked;
  }

  /** Refuses keys that were not read. */
  void requireNoOthers() {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw SettingsFile.invalid(
            "unknown key '"
                + path(name)
                + "'; did you mean '"
                + path(NearestName.of(name, known))
                + "'?");
      }
    }
  }

  private <T> T read(
      String key, T otherwise, Function<String, @Nullable T> parse, String expected) {
    JsonNode value = node(key);
    if (value == null) {
      return otherwise;
    }
    T parsed = value.isValueNode() ? parse.apply(value.asText()) : null;
    if (parsed == null) {
      throw wrong(key, expected, value.isValueNode() ? value.asText() : value.toString());
    }
    return parsed;
  }

  private @Nullable JsonNode node(String key) {
    known.add(key);
    asked.add(path(key));
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }

  private RuntimeException wrong(String key, String expected, String got) {
    return SettingsFile.invalid("'" + path(key) + "' must be " + expected + ", got '" + got + "'");
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static @Nullable Integer parseCount(String text) {
    if (!text.matches("[0-9]{1,7}")) {
      return null;
    }
    int count = Integer.parseInt(text);
    return count >= 1 && count <= LARGEST_COUNT ? count : null;
  }

  private static @Nullable Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static @Nullable Long parseBytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2).toUpperCase(Locale.ROOT);
    return Long.parseLong(matcher.group(1))
        << switch (unit.charAt(0)) {
          case 'K' -> 10;
          case 'M' -> 20;
          case 'G' -> 30;
          default -> 0;
        };
  }
}
