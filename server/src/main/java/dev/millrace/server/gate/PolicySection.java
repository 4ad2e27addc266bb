package dev.millrace.server.gate;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.NearestName;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads the keys of one section of a policy; tells of a wrong one by its path and line. */
final class PolicySection {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,7}(\\.[0-9]{1,9})?");
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,7}");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,7}) ?(s|m|h|d)");

  private final String path;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private final TreeSet<String> known = new TreeSet<>();

  PolicySection(String path, @Nullable Node node) {
    this.path = path;
    if (node == null || isNothing(node)) {
      return;
    }
    if (!(node instanceof MappingNode mapping)) {
      throw invalid(
          line(node), path.isEmpty() ? "the file" : "'" + path + "'", "lines of 'key: value'");
    }
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw invalid(line(entry.getKeyNode()), "a key", "a word");
      }
      if (values.put(key.getValue(), entry.getValueNode()) != null) {
        throw invalid(line(key) + ": the key '" + path(key.getValue()) + "' is there twice");
      }
      lines.put(key.getValue(), line(key));
    }
  }

  PolicySection section(String key) {
    known.add(key);
    return new PolicySection(path(key), values.get(key));
  }

  String word(String key, String otherwise, Pattern form, String expected) {
    String text = text(key, expected);
    return text == null ? otherwise : match(key, form.matcher(text), text, expected).group();
  }

  <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    Map<String, E> choices =
        Arrays.stream(type.getEnumConstants())
            .collect(Collectors.toMap(PolicySection::written, each -> each));
    String expected = "one of " + new TreeSet<>(choices.keySet());
    String text = text(key, expected);
    if (text == null) {
      return otherwise;
    }
    E chosen = choices.get(text);
    if (chosen == null) {
      throw wrong(key, expected, text);
    }
    return chosen;
  }

  boolean flag(String key, boolean otherwise) {
    return word(key, Boolean.toString(otherwise), Pattern.compile("true|false"), "true or false")
        .equals("true");
  }

  int count(String key, int otherwise, int least) {
    String expected = "a whole number from " + least + " to 9999999";
    String text = text(key, expected);
    if (text == null) {
      return otherwise;
    }
    int count = Integer.parseInt(match(key, COUNT.matcher(text), text, expected).group());
    if (count < least) {
      throw wrong(key, expected, text);
    }
    return count;
  }

  double number(String key, double otherwise, double least, double most) {
    return number(key, least, most).orElse(otherwise);
  }

  /** A number; empty when the key is not there. */
  OptionalDouble number(String key, double least, double most) {
    String expected = "a number from " + plain(least) + " to " + plain(most);
    String text = text(key, expected);
    if (text == null) {
      return OptionalDouble.empty();
    }
    double number = Double.parseDouble(match(key, NUMBER.matcher(text), text, expected).group());
    if (number < least || number > most) {
      throw wrong(key, expected, text);
    }
    return OptionalDouble.of(number);
  }

  Duration time(String key, Duration otherwise) {
    String expected = "a time such as 30s, 10m, 24h or 7d";
    String text = text(key, expected);
    if (text == null) {
      return otherwise;
    }
    Matcher time = match(key, TIME.matcher(text), text, expected);
    long amount = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  boolean has(String key) {
    known.add(key);
    return values.containsKey(key);
  }

  /** Refuses keys that were not read. */
  void requireNoOthers() {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw invalid(
            lines.get(key)
                + ": unknown key '"
                + path(key)
                + "'; did you mean '"
                + path(NearestName.of(key, known))
                + "'?");
      }
    }
  }

  /** Enum constants as policies write them. */
  static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static ServingException invalid(String lineAndWhy) {
    return new ServingException(
        ErrorReason.SETTINGS_INVALID,
        "the model's " + PolicyFile.NAME + " cannot be used: line " + lineAndWhy);
  }

  ServingException invalid(String key, String why) {
    return invalid(lines.getOrDefault(key, 1) + ": '" + path(key) + "' " + why);
  }

  private static ServingException invalid(int line, String what, String expected) {
    return invalid(line + ": " + what + " must hold " + expected);
  }

  private @Nullable String text(String key, String expected) {
    known.add(key);
    Node value = values.get(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof ScalarNode scalar) || isNothing(value)) {
      throw wrong(key, expected, value instanceof ScalarNode ? "nothing" : "a section or a list");
    }
    return scalar.getValue();
  }

  private Matcher match(String key, Matcher matcher, String text, String expected) {
    if (!matcher.matches()) {
      throw wrong(key, expected, text);
    }
    return matcher;
  }

  private ServingException wrong(String key, String expected, String got) {
    String shown = got.length() > 40 ? got.substring(0, 40) + "..." : got;
    return invalid(key, "must be " + expected + ", got '" + shown + "'");
  }

  private static boolean isNothing(Node node) {
    return node instanceof ScalarNode scalar
        && scalar.isPlain()
        && (scalar.getValue().isEmpty()
            || scalar.getValue().equals("~")
            || scalar.getValue().equals("null"));
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String plain(double number) {
    return new java.math.BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }
}
