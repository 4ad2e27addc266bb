package dev.millrace.server.usage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the callers may use, and what it costs. Immutable. */
public final class Terms {
  /** Everything for everybody, and for nothing. */
  public static final Terms NONE = new Terms(CallerTerms.UNLIMITED, List.of(), Prices.NONE);

  private final CallerTerms others;
  private final List<Rule> rules;
  private final Prices prices;
  private final Map<String, Integer> ofOne = new HashMap<>();
  private final List<Form> forms = new ArrayList<>();
  private final boolean budgets;

  /**
   * Terms.
   *
   * @param others what holds for callers that no rule names
   * @param rules the first that fits a caller holds
   * @param prices what use costs
   */
  public Terms(CallerTerms others, List<Rule> rules, Prices prices) {
    this.others = others;
    this.rules = List.copyOf(rules);
    this.prices = prices;
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).isOfOne()) {
        ofOne.putIfAbsent(rules.get(i).callers(), i);
      } else {
        forms.add(new Form(i, rules.get(i).form()));
      }
    }
    this.budgets =
        Stream.concat(Stream.of(others), rules.stream().map(Rule::terms))
            .anyMatch(terms -> terms.budget().isPresent());
  }

  /**
   * What holds for some callers.
   *
   * @param callers a caller's id; {@code *} in it stands for any text
   * @param terms what they may
   */
  public record Rule(String callers, CallerTerms terms) {
    private boolean isOfOne() {
      return callers.indexOf('*') < 0;
    }

    private Pattern form() {
      String expression =
          Stream.of(callers.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
      return Pattern.compile(expression, Pattern.DOTALL);
    }
  }

  private record Form(int place, Pattern pattern) {}

  /** What a caller may. */
  public CallerTerms of(String caller) {
    int place = ofOne.getOrDefault(caller, rules.size());
    for (Form form : forms) {
      if (form.place() > place) {
        break;
      }
      if (form.pattern().matcher(caller).matches()) {
        place = form.place();
        break;
      }
    }
    return place < rules.size() ? rules.get(place).terms() : others;
  }

  /** What a caller may whom no rule names. */
  CallerTerms others() {
    return others;
  }

  /** What use costs. */
  public Prices prices() {
    return prices;
  }

  /** True when somebody has a budget. */
  boolean hasBudgets() {
    return budgets;
  }

  /** True for a caller whom a rule names as it is, without a pattern. */
  boolean isNamed(String caller) {
    return ofOne.containsKey(caller);
  }

  /** The budgets of callers whom a rule names as they are, without a pattern. */
  public Map<String, Budget> namedBudgets() {
    Map<String, Budget> named = new LinkedHashMap<>();
    for (Rule rule : rules) {
      Optional<Budget> budget = of(rule.callers()).budget();
      if (rule.isOfOne() && budget.isPresent()) {
        named.put(rule.callers(), budget.get());
      }
    }
    return named;
  }
}
