package dev.millrace.server.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import dev.millrace.server.evaluation.DatasetSplit;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PolicyFileTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "gate.md");
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z0-9.-]+)` \\| (none|`[^`]+`) \\| \\S.* \\|$", Pattern.MULTILINE);

  @Test
  void parse_theDocumentsExample_isWhatItSays() throws IOException {
    String text = Files.readString(DOCUMENT);
    String example = text.substring(text.indexOf("```yaml\n") + 8);
    GatePolicy policy = PolicyFile.parse(example.substring(0, example.indexOf("```")));
    assertThat(policy.examples().split()).isEqualTo(DatasetSplit.VALIDATION);
    assertThat(policy.bars())
        .contains(entry(Bar.ACCURACY, 0.97), entry(Bar.CLASS_F1, 0.93), entry(Bar.SIZE_MIB, 64.0));
    assertThat(policy.robustness())
        .containsExactly(entry(Disturbance.NOISE, 0.6), entry(Disturbance.ROTATION, 0.6));
    assertThat(policy.champion()).containsKeys(ChampionRule.SLICE_ACCURACY_LOSS);
    assertThat(policy.promotion()).isEqualTo(Promotion.AT_ONCE);
  }

  @Test
  void document_itsTable_hasEachKeyWithItsDefault() throws IOException {
    Map<String, Map<String, String>> sections = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(DOCUMENT));
    StringBuilder plain = new StringBuilder();
    StringBuilder every = new StringBuilder();
    int rows = 0;
    while (row.find()) {
      rows++;
      String[] path = row.group(1).split("\\.");
      String value = row.group(2).replace("`", "");
      if (path.length == 1) {
        plain.append(path[0]).append(": ").append(value).append('\n');
      } else {
        sections.computeIfAbsent(path[0], any -> new TreeMap<>()).put(path[1], value);
      }
    }
    every.append(plain);
    sections.forEach(
        (section, keys) -> {
          plain.append(section).append(":\n");
          every.append(section).append(":\n");
          keys.forEach(
              (key, value) -> {
                if (!value.equals("none")) {
                  plain.append("  ").append(key).append(": ").append(value).append('\n');
                }
                every.append("  ").append(key).append(": ");
                every.append(value.equals("none") ? "0.5" : value).append('\n');
              });
        });
    assertThat(PolicyFile.parse(plain.toString())).isEqualTo(GatePolicy.DEFAULT);
    GatePolicy all = PolicyFile.parse(every.toString().replace("keep: 0", "keep: 10"));
    assertThat(all.bars()).hasSize(Bar.values().length);
    assertThat(all.robustness()).hasSize(Disturbance.values().length);
    assertThat(all.champion()).hasSize(ChampionRule.values().length);
    assertThat(all.feedback().retrain()).isPresent();
    // Beside those: what is evaluated, superiority, promotion, shadow, canary, feedback and
    // retraining.
    assertThat(rows)
        .isEqualTo(
            Bar.values().length
                + Disturbance.values().length
                + ChampionRule.values().length
                + 4
                + 3
                + 1
                + 7
                + 7);
  }

  @Test
  void parse_nothing_isTheDefault() {
    for (String nothing : new String[] {"", "# nothing\n", "bars:\n", "{}", "~"}) {
      assertThat(PolicyFile.parse(nothing)).as(nothing).isEqualTo(GatePolicy.DEFAULT);
    }
  }

  @Test
  void parse_mistakes_namesTheLineAndTheKey() {
    assertMistake(
        "bars:\n  acuracy: 0.9\n",
        "line 2: unknown key 'bars.acuracy'; did you mean 'bars.accuracy'?");
    assertMistake(
        "bars:\n  accuracy: high\n",
        "line 2: 'bars.accuracy' must be a number from 0 to 1000000, got 'high'");
    assertMistake("bars: 3\n", "line 1: 'bars' must hold lines of 'key: value'");
    assertMistake("- a\n", "line 1: the file must hold lines of 'key: value'");
    assertMistake(
        "\npromote: sometimes\n",
        "line 2: 'promote' must be one of [at-once, none, shadow-then-canary], got 'sometimes'");
    assertMistake("promote: at-once\npromote: none\n", "line 2: the key 'promote' is there twice");
    assertMistake(
        "champion:\n  confidence: 2\n",
        "line 2: 'champion.confidence' must be a number from 0.5 to 0.999, got '2'");
    assertMistake(
        "champion:\n  robustness-loss: 0.1\n",
        "line 2: 'champion.robustness-loss' needs a section 'robustness'");
    assertMistake(
        "evaluate:\n  examples: -1\n", "line 2: 'evaluate.examples' must be a whole number");
    assertMistake(
        "evaluate:\n  dataset: ../x\n",
        "line 2: 'evaluate.dataset' must be the name of a dataset, got '../x'");
    assertMistake("evaluate:\n  split: [test]\n", "line 2: 'evaluate.split' must be one of");
    assertMistake("canary:\n  patience: soon\n", "line 2: 'canary.patience' must be a time");
    assertMistake("bars:\n  accuracy: [", "line 2");
    assertMistake(
        "champion:\n  better: yes\n", "line 2: 'champion.better' must be true or false, got 'yes'");
  }

  @Test
  void parse_hostileText_isRefused() {
    assertMistake("#" + "x".repeat(70_000), "larger than 64 KiB");
    assertMistake("a: " + "[".repeat(5_000) + "]".repeat(5_000), "no YAML that the server takes");
    assertMistake(
        "bars: !!javax.script.ScriptEngineManager {}\nx: 1",
        "line 1: it is no YAML: Global tag is not allowed");
    assertMistake("a: &a {b: 1}\nbars: *a\n", "line");
    assertMistake(
        "bars:\n  accuracy: " + "9".repeat(5_000),
        "got '9999999999999999999999999999999999999999...'");
  }

  private static void assertMistake(String text, String words) {
    ServingException refused =
        catchThrowableOfType(ServingException.class, () -> PolicyFile.parse(text));
    assertThat(refused).as(text.substring(0, Math.min(60, text.length()))).isNotNull();
    assertThat(refused.reason()).isEqualTo(ErrorReason.SETTINGS_INVALID);
    assertThat(refused.message())
        .startsWith("the model's gate.yaml cannot be used: ")
        .contains(words);
  }
}
