package dev.millrace.server.usage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.server.model.NearestName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the keys of one section of the terms; tells of a wrong one by its path. */
final class TermsSection {
  private static final Pattern RATE = Pattern.compile("([0-9]{1,15}) ?/ ?([smhd])");
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,15}");
  private static final double MOST_MONEY = 1e12;

  private final String path;
  private final @Nullable JsonNode node;
  private final TreeSet<String> known = new TreeSet<>();

  TermsSection(String path, @Nullable JsonNode node) {
    this.path = path;
    this.node = node == null || node.isNull() || node.isMissingNode() ? null : node;
    if (this.node != null && !this.node.isObject()) {
      throw new IllegalArgumentException(
          (path.isEmpty() ? "the file" : path) + " must be lines of 'key: value'");
    }
  }

  boolean has(String key) {
    known.add(key);
    return node != null && node.has(key);
  }

  boolean isWord(String key, String word) {
    JsonNode value = value(key);
    return value != null && value.isTextual() && value.asText().equals(word);
  }

  TermsSection section(String key) {
    return new TermsSection(path(key), value(key));
  }

  List<TermsSection> list(String key) {
    JsonNode value = value(key);
    List<TermsSection> sections = new ArrayList<>();
    if (value == null || value.isNull()) {
      return sections;
    }
    if (!value.isArray()) {
      throw wrong(key, "must be a list");
    }
    for (JsonNode each : value) {
      sections.add(new TermsSection(path(key) + "[" + sections.size() + "]", each));
    }
    return sections;
  }

  Optional<String> text(String key) {
    JsonNode value = value(key);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isValueNode()) {
      throw wrong(key, "must have a single value");
    }
    return Optional.of(value.asText());
  }

  /** A limit that this section is; {@code none} is the absence of one. */
  Limit limit(QuotaKind kind) {
    String rate = text("rate").orElseThrow(() -> wrong("rate", "is missing; write such as 100/s"));
    Matcher matcher = RATE.matcher(rate);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw wrong("rate", "must be such as 100/s, 6000/m, 500/h or 20/d");
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration period =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          case "h" -> Duration.ofHours(1);
          default -> Duration.ofDays(1);
        };
    long most = period.toNanos() / kind.parts();
    if (amount > most) {
      throw wrong("rate", "can be at most " + most + "/" + matcher.group(2));
    }
    String burst = text("burst").orElse(matcher.group(1));
    if (!COUNT.matcher(burst).matches() || Long.parseLong(burst) == 0) {
      throw wrong("burst", "must be a whole number from 1");
    }
    requireNoOthers();
    return new Limit(amount, period, Long.parseLong(burst));
  }

  /** An amount of money, from 0. */
  OptionalDouble money(String key) {
    Optional<Double> amount = number(key, MOST_MONEY);
    return amount.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(amount.get());
  }

  /** A share, 0 to 1. */
  double share(String key, double otherwise) {
    return number(key, 1).orElse(otherwise);
  }

  /** Refuses keys that were not read. */
  void requireNoOthers() {
    if (node == null) {
      return;
    }
    for (Iterator<String> keys = node.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!known.contains(key)) {
        throw wrong(
            key, "is not known; did you mean '" + NearestName.of(key, List.copyOf(known)) + "'?");
      }
    }
  }

  IllegalArgumentException wrong(String key, String why) {
    return new IllegalArgumentException(path(key) + " " + why);
  }

  private Optional<Double> number(String key, double most) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      double number = Double.parseDouble(text.get());
      if (number >= 0 && number <= most) {
        return Optional.of(number);
      }
    } catch (NumberFormatException noNumber) {
      // The same refusal as for a number out of range.
    }
    throw wrong(key, "must be a number from 0 to " + (long) most);
  }

  private @Nullable JsonNode value(String key) {
    known.add(key);
    return node == null ? null : node.get(key);
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
