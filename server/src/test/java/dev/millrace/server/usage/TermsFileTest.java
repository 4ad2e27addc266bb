package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TermsFileTest {
  private static final String WHOLE =
      """
      default:
        requests: {rate: 100/s, burst: 200}
        bytes: {rate: 1000000/s}
        compute-milliseconds: {rate: 500/s, burst: 5000}
        training-seconds: {rate: 3600/d, burst: 7200}
        budget: {month: 50}
      callers:
        - caller: batch-nightly
          requests: none
          budget: {month: 500, warn-at: 0.5}
        - caller: "ci-*"
          requests: {rate: 30/m}
          budget: none
        - caller: "*"
          bytes: {rate: 5/h}
      prices:
        currency: EUR
        million-requests: 2
        thousand-examples: 0.5
        gigabyte: 0.1
        compute-hour: 3
        training-hour: 4.5
      """;

  @Test
  void parse_wholeFile_hasAllOfIt() {
    Terms terms = TermsFile.parse(WHOLE);
    assertThat(terms.prices()).isEqualTo(new Prices("EUR", 2, 0.5, 0.1, 3, 4.5));
    assertThat(terms.others().limits())
        .isEqualTo(
            Map.of(
                QuotaKind.REQUESTS, new Limit(100, Duration.ofSeconds(1), 200),
                QuotaKind.BYTES, new Limit(1_000_000, Duration.ofSeconds(1), 1_000_000),
                QuotaKind.COMPUTE, new Limit(500, Duration.ofSeconds(1), 5000),
                QuotaKind.TRAINING, new Limit(3600, Duration.ofDays(1), 7200)));
    assertThat(terms.others().budget()).contains(new Budget(50, 0.8));
    CallerTerms nightly = terms.of("batch-nightly");
    assertThat(nightly.limits())
        .doesNotContainKey(QuotaKind.REQUESTS)
        .containsKeys(QuotaKind.BYTES, QuotaKind.COMPUTE, QuotaKind.TRAINING);
    assertThat(nightly.budget()).contains(new Budget(500, 0.5));
    CallerTerms ci = terms.of("ci-7");
    assertThat(ci.limits())
        .containsEntry(QuotaKind.REQUESTS, new Limit(30, Duration.ofMinutes(1), 30));
    assertThat(ci.budget()).isEmpty();
    assertThat(terms.of("anybody").limits())
        .containsEntry(QuotaKind.BYTES, new Limit(5, Duration.ofHours(1), 5));
    assertThat(terms.namedBudgets()).containsOnlyKeys("batch-nightly");
    assertThat(terms.hasBudgets()).isTrue();
    assertThat(terms.isNamed("batch-nightly")).isTrue();
    assertThat(terms.isNamed("ci-7")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing", "default:", "default: {}", "callers: []"})
  void parse_nothing_limitsNobody(String text) {
    Terms terms = TermsFile.parse(text);
    assertThat(terms.of("anybody")).isEqualTo(CallerTerms.UNLIMITED);
    assertThat(terms.hasBudgets()).isFalse();
    assertThat(terms.prices().isFree()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "defaults: {}|defaults is not known; did you mean 'default'?",
        "default: 7|default must be lines of 'key: value'",
        "[1]|the file must be lines of 'key: value'",
        "default: {request: none}|default.request is not known; did you mean 'requests'?",
        "default: {requests: 100}|default.requests must be lines of 'key: value'",
        "default: {requests: {burst: 1}}|default.requests.rate is missing",
        "default: {requests: {rate: 100}}|default.requests.rate must be such as 100/s",
        "default: {requests: {rate: 0/s}}|default.requests.rate must be such as 100/s",
        "default: {requests: {rate: 1/w}}|default.requests.rate must be such as 100/s",
        "default: {requests: {rate: [1]}}|default.requests.rate must have a single value",
        "default: {requests: {rate: 1/s, burst: 0}}|default.requests.burst must be a whole number",
        "default: {requests: {rate: 1/s, burst: x}}|default.requests.burst must be a whole number",
        "default: {requests: {rate: 1/s, bust: 1}}|default.requests.bust is not known",
        "default: {bytes: {rate: 1000000001/s}}|default.bytes.rate can be at most 1000000000/s",
        "default: {compute-milliseconds: {rate: 1000001/s}}|rate can be at most 1000000/s",
        "callers: {caller: a}|callers must be a list",
        "callers: [{requests: none}]|callers[0].caller is missing",
        "callers: [{caller: ''}]|callers[0].caller is missing",
        "callers: [{caller: a}, {caller: b, budgets: 1}]|callers[1].budgets is not known",
        "default: {budget: {warn-at: 0.5}}|default.budget.month is missing",
        "default: {budget: {month: -1}}|default.budget.month must be a number from 0",
        "default: {budget: {month: 1, warn-at: 1.1}}|default.budget.warn-at must be a number",
        "default: {budget: {month: 1, warn: 1}}|default.budget.warn is not known",
        "default: {budget: {month: 1}}|prices is missing; a budget needs one",
        "prices: {gigabyte: NaN}|prices.gigabyte must be a number",
        "prices: {gigabyte: dear}|prices.gigabyte must be a number",
        "prices: {gigabytes: 1}|prices.gigabytes is not known; did you mean 'gigabyte'?",
        "a: {|it is no YAML in line",
        "default: {}\\ndefault: {}|it is no YAML in line"
      })
  void parse_wrongKey_isNamedWithWhatItTakes(String text, String words) {
    assertThatThrownBy(() -> TermsFile.parse(text.replace("\\n", "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  @Test
  void parse_valuesAtTheirBounds_areTaken() {
    Terms terms =
        TermsFile.parse(
            """
            default:
              bytes: {rate: 1000000000/s}
              compute-milliseconds: {rate: 1000000 / s}
              budget: {month: 1000000000000, warn-at: 1}
            callers: [{caller: a, budget: {month: 0, warn-at: 0}}]
            prices: {gigabyte: 1000000000000}
            """);
    assertThat(terms.of("b").budget()).contains(new Budget(1e12, 1));
    assertThat(terms.of("a").budget()).contains(new Budget(0, 0));
    assertThat(terms.others().limits().get(QuotaKind.BYTES).amount()).isEqualTo(1_000_000_000);
    assertThatThrownBy(() -> TermsFile.parse("prices: {gigabyte: 1000000000001}"))
        .hasMessage("prices.gigabyte must be a number from 0 to 1000000000000");
  }

  @Test
  void parse_brokenYaml_isNamedByItsLine() {
    assertThatThrownBy(() -> TermsFile.parse("default: {}\n\ndefault: {}"))
        .hasMessageStartingWith("it is no YAML in line 3: ");
  }

  @ParameterizedTest
  @CsvSource({"1/s, second", "1/m, minute", "1/h, hour", "1/d, day"})
  void words_ofEachPeriod_nameIt(String rate, String period) {
    Terms terms = TermsFile.parse("default: {requests: {rate: " + rate + ", burst: 7}}");
    assertThat(terms.others().limits().get(QuotaKind.REQUESTS).words())
        .isEqualTo("1 a " + period + ", 7 at once");
  }

  @Test
  void parse_fileLargerThanTheMost_isRefused() {
    assertThat(TermsFile.parse("#" + "x".repeat(TermsFile.LARGEST - 1))).isNotNull();
    assertThatThrownBy(() -> TermsFile.parse("#" + "x".repeat(TermsFile.LARGEST)))
        .hasMessageContaining("1 MiB");
  }

  @ParameterizedTest
  @CsvSource({
    "a, first",
    "ab, second",
    "abc, exact",
    "abcd, second",
    "b, other",
    "x.y, dotted",
    "xzy, other",
    "late, pattern"
  })
  void of_severalRulesFit_theFirstHolds(String caller, String budget) {
    Terms terms =
        TermsFile.parse(
            """
            prices: {gigabyte: 1}
            default: {budget: {month: 0}}
            callers:
              - {caller: a, budget: {month: 1}}
              - {caller: abc, budget: {month: 3}}
              - {caller: "a*", budget: {month: 2}}
              - {caller: a, budget: {month: 9}}
              - {caller: "x.*", budget: {month: 4}}
              - {caller: "l*e", budget: {month: 5}}
              - {caller: late, budget: {month: 9}}
            """);
    Map<String, Double> amounts =
        Map.of(
            "other", 0.0, "first", 1.0, "second", 2.0, "exact", 3.0, "dotted", 4.0, "pattern", 5.0);
    assertThat(terms.of(caller).budget().orElseThrow().perMonth()).isEqualTo(amounts.get(budget));
  }
}
