package dev.millrace.server.gate;

import dev.millrace.server.evaluation.DatasetSplit;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.feedback.FeedbackSettings;
import dev.millrace.server.feedback.RetrainRule;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * The form of {@code gate.yaml}. Its text is composed into nodes alone: no tag of it makes an
 * object. Stateless.
 */
public final class PolicyFile {
  /** Name of the file in a model's folder. */
  public static final String NAME = "gate.yaml";

  /** Most characters of a file. */
  static final int LARGEST = 64 << 10;

  private static final int DEEPEST = 10;
  private static final double LARGEST_NUMBER = 1_000_000;
  private static final Pattern DATASET = Pattern.compile("[a-z]([a-z0-9_-]{0,61}[a-z0-9])?");

  private PolicyFile() {}

  /**
   * Reads a policy; what is left out has its default.
   *
   * @throws ServingException SETTINGS_INVALID, with the line and the path of the key at fault
   */
  public static GatePolicy parse(String text) {
    PolicySection root = new PolicySection("", compose(text));
    Examples examples = examples(root.section("evaluate"));
    PolicySection bars = root.section("bars");
    Map<Bar, Double> absolute = new EnumMap<>(Bar.class);
    for (Bar bar : Bar.values()) {
      bars.number(bar.key(), 0, LARGEST_NUMBER).ifPresent(value -> absolute.put(bar, value));
    }
    bars.requireNoOthers();
    Map<Disturbance, Double> robustness = robustness(root.section("robustness"));
    PolicySection champion = root.section("champion");
    Superiority superiority = superiority(champion);
    Map<ChampionRule, Double> rules = new EnumMap<>(ChampionRule.class);
    for (ChampionRule rule : ChampionRule.values()) {
      champion.number(rule.key(), 0, LARGEST_NUMBER).ifPresent(value -> rules.put(rule, value));
    }
    champion.requireNoOthers();
    if (rules.containsKey(ChampionRule.ROBUSTNESS_LOSS) && robustness.isEmpty()) {
      throw champion.invalid(
          ChampionRule.ROBUSTNESS_LOSS.key(),
          "needs a section 'robustness' that names the disturbances to measure");
    }
    Promotion promotion = root.choice("promote", Promotion.class, Promotion.AT_ONCE);
    Rehearsal rehearsal = rehearsal(root.section("shadow"), root.section("canary"));
    FeedbackSettings feedback = feedback(root);
    root.requireNoOthers();
    return new GatePolicy(
        examples, absolute, robustness, superiority, rules, promotion, rehearsal, feedback);
  }

  private static @Nullable Node compose(String text) {
    if (text.length() > LARGEST) {
      throw PolicySection.invalid("1: it is larger than 64 KiB");
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(LARGEST);
    options.setNestingDepthLimit(DEEPEST);
    options.setMaxAliasesForCollections(0);
    try {
      return new Yaml(options).compose(new java.io.StringReader(text));
    } catch (MarkedYAMLException malformed) {
      int line = malformed.getProblemMark() == null ? 0 : malformed.getProblemMark().getLine();
      throw PolicySection.invalid(line + 1 + ": it is no YAML: " + malformed.getProblem());
    } catch (YAMLException malformed) {
      throw PolicySection.invalid("1: it is no YAML that the server takes");
    }
  }

  private static Examples examples(PolicySection section) {
    Examples defaults = Examples.DEFAULT;
    Examples examples =
        new Examples(
            section.word("dataset", defaults.dataset(), DATASET, "the name of a dataset"),
            section.choice("split", DatasetSplit.class, defaults.split()),
            section.count("examples", defaults.count(), 0),
            section.count("robustness-examples", defaults.disturbed(), 1));
    section.requireNoOthers();
    return examples;
  }

  private static Map<Disturbance, Double> robustness(PolicySection section) {
    Map<Disturbance, Double> robustness = new EnumMap<>(Disturbance.class);
    for (Disturbance way : Disturbance.values()) {
      section
          .number(PolicySection.written(way), 0, 1)
          .ifPresent(least -> robustness.put(way, least));
    }
    section.requireNoOthers();
    return robustness;
  }

  private static Superiority superiority(PolicySection section) {
    Superiority defaults = Superiority.DEFAULT;
    boolean better = section.flag("better", defaults.better());
    return new Superiority(
        section.number("accuracy-loss", defaults.accuracyLoss(), 0, 1),
        section.number("confidence", defaults.confidence(), 0.5, 0.999),
        better);
  }

  private static FeedbackSettings feedback(PolicySection root) {
    PolicySection feedback = root.section("feedback");
    int keep = feedback.count("keep", 0, 0);
    if (keep > FeedbackSettings.MOST_KEPT) {
      throw feedback.invalid("keep", "must be at most " + FeedbackSettings.MOST_KEPT);
    }
    Duration time = feedback.time("time", FeedbackSettings.OFF.time());
    feedback.requireNoOthers();
    PolicySection retrain = root.section("retrain");
    RetrainRule rule =
        new RetrainRule(
            retrain.count("min-feedback", 200, 1),
            retrain.number("accuracy", 0, 1),
            retrain.number("drift", 0, 100),
            retrain.number("input-drift", 0, 100),
            retrain.time("cool-down", Duration.ofHours(24)));
    retrain.requireNoOthers();
    if (rule.isRule() && keep == 0) {
      throw retrain.invalid(
          rule.accuracy().isPresent()
              ? "accuracy"
              : rule.drift().isPresent() ? "drift" : "input-drift",
          "needs 'feedback.keep' above 0");
    }
    return new FeedbackSettings(keep, time, rule.isRule() ? Optional.of(rule) : Optional.empty());
  }

  private static Rehearsal rehearsal(PolicySection shadow, PolicySection canary) {
    Rehearsal defaults = Rehearsal.DEFAULT;
    Rehearsal rehearsal =
        new Rehearsal(
            shadow.number("share", defaults.shadowShare(), 0.0001, 1),
            shadow.count("examples", defaults.shadowExamples(), 1),
            shadow.number("min-agreement", defaults.minAgreement(), 0, 1),
            canary.number("share", defaults.canaryShare(), 0.0001, 1),
            canary.count("requests", defaults.canaryRequests(), 1),
            canary.number("max-error-rate", defaults.maxErrorRate(), 0, 1),
            canary.time("patience", defaults.patience()));
    shadow.requireNoOthers();
    canary.requireNoOthers();
    return rehearsal;
  }
}
