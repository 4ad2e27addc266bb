package dev.millrace.server.usage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The form of the file of quotas, budgets and prices; docs/usage.md shows it. Stateless. */
public final class TermsFile {
  /** Most characters of a file. */
  public static final int LARGEST = 1 << 20;

  private static final String NONE = "none";
  private static final double WARN_AT = 0.8;

  private TermsFile() {}

  /**
   * Reads the terms.
   *
   * @throws IllegalArgumentException with the path of the key at fault, and what it takes
   */
  public static Terms parse(String text) {
    if (text.length() > LARGEST) {
      throw new IllegalArgumentException("it is larger than 1 MiB");
    }
    TermsSection root = new TermsSection("", read(text));
    CallerTerms others = terms(root.section("default"), CallerTerms.UNLIMITED);
    List<Terms.Rule> rules = new ArrayList<>();
    for (TermsSection rule : root.list("callers")) {
      String caller =
          rule.text("caller")
              .filter(id -> !id.isEmpty())
              .orElseThrow(() -> rule.wrong("caller", "is missing"));
      rules.add(new Terms.Rule(caller, terms(rule, others)));
    }
    Prices prices = prices(root.section("prices"));
    root.requireNoOthers();
    Terms terms = new Terms(others, rules, prices);
    if (terms.hasBudgets() && prices.isFree()) {
      throw new IllegalArgumentException("prices is missing; a budget needs one at least");
    }
    return terms;
  }

  private static JsonNode read(String text) {
    try {
      return YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build()
          .readTree(text);
    } catch (JsonProcessingException malformed) {
      int line = malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr();
      throw new IllegalArgumentException(
          "it is no YAML in line " + line + ": " + malformed.getOriginalMessage(), malformed);
    }
  }

  /** What is left out is as in the default. */
  private static CallerTerms terms(TermsSection section, CallerTerms otherwise) {
    Map<QuotaKind, Limit> limits = new EnumMap<>(QuotaKind.class);
    limits.putAll(otherwise.limits());
    for (QuotaKind kind : QuotaKind.values()) {
      if (isNone(section, kind.key())) {
        limits.remove(kind);
      } else if (section.has(kind.key())) {
        limits.put(kind, section.section(kind.key()).limit(kind));
      }
    }
    Optional<Budget> budget = otherwise.budget();
    if (isNone(section, "budget")) {
      budget = Optional.empty();
    } else if (section.has("budget")) {
      budget = Optional.of(budget(section.section("budget")));
    }
    section.requireNoOthers();
    return new CallerTerms(limits, budget);
  }

  private static boolean isNone(TermsSection section, String key) {
    return section.isWord(key, NONE);
  }

  private static Budget budget(TermsSection section) {
    double month = section.money("month").orElseThrow(() -> section.wrong("month", "is missing"));
    double warnAt = section.share("warn-at", WARN_AT);
    section.requireNoOthers();
    return new Budget(month, warnAt);
  }

  private static Prices prices(TermsSection section) {
    Prices prices =
        new Prices(
            section.text("currency").orElse(""),
            section.money("million-requests").orElse(0),
            section.money("thousand-examples").orElse(0),
            section.money("gigabyte").orElse(0),
            section.money("compute-hour").orElse(0),
            section.money("training-hour").orElse(0));
    section.requireNoOthers();
    return prices;
  }
}
