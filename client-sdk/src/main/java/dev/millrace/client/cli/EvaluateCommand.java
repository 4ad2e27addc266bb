package dev.millrace.client.cli;

import dev.millrace.client.EvaluationHandle;
import dev.millrace.client.EvaluationInfo;
import dev.millrace.client.EvaluationReport;
import dev.millrace.client.EvaluationRequest;
import dev.millrace.client.EvaluationState;
import dev.millrace.client.MillraceClient;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace evaluate}: measures a version on labelled examples. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Measures a version on a dataset, and compares it with another; Ctrl-C leaves the"
            + " evaluation alone.")
final class EvaluateCommand extends ClientCommand {
  private static final List<String> ALL =
      List.of("noise", "blur", "shift", "rotation", "contrast", "fgsm");

  @Parameters(index = "0", paramLabel = "MODEL", description = "model")
  private String model = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VERSION",
      defaultValue = "",
      description = "version or label to measure (default: the champion)")
  private String version = "";

  @Option(
      names = "--baseline",
      paramLabel = "VERSION",
      defaultValue = "",
      description = "version or label to compare it with")
  private String baseline = "";

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = "",
      description = "labelled examples (default: mnist)")
  private String dataset = "";

  @Option(
      names = "--split",
      paramLabel = "NAME",
      defaultValue = "",
      description = "train, validation or test (default: test)")
  private String split = "";

  @Option(
      names = "--examples",
      paramLabel = "N",
      description = "take the first N examples (default: all)")
  private int examples;

  @Option(
      names = "--signature",
      paramLabel = "NAME",
      defaultValue = "",
      description = "signature to run (default: serving_default)")
  private String signature = "";

  @Option(
      names = "--predictions",
      paramLabel = "OUTPUT",
      defaultValue = "",
      description = "output with a value for each class (default: probabilities, scores or logits)")
  private String output = "";

  @Option(
      names = "--robustness",
      paramLabel = "WAY",
      split = ",",
      description =
          "disturb the examples: noise, blur, shift, rotation, contrast, fgsm, or all of them by"
              + " 'all'")
  private List<String> disturbances = List.of();

  @Option(
      names = "--robustness-examples",
      paramLabel = "N",
      description = "examples for each way and strength (default: 1000)")
  private int robustnessExamples;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = Option.NULL_VALUE,
      description = "the same seed gives the same disturbances (default: 42)")
  private Optional<Long> seed = Optional.empty();

  @Option(names = "--detach", description = "print the evaluation's id and leave it alone")
  private boolean detach;

  @Override
  protected int ask(MillraceClient client) {
    EvaluationRequest request =
        new EvaluationRequest(
            named(version),
            baseline.isEmpty() ? "" : named(baseline),
            dataset,
            split,
            examples,
            signature,
            output,
            0,
            disturbances.equals(List.of("all")) ? ALL : disturbances,
            robustnessExamples,
            seed.map(OptionalLong::of).orElse(OptionalLong.empty()));
    EvaluationHandle evaluation = client.evaluate(request);
    if (detach) {
      out()
          .println(
              isJson()
                  ? Json.object().with("evaluation", evaluation.id()).line()
                  : evaluation.id());
      return CommandLine.ExitCode.OK;
    }
    EvaluationInfo end = follow(evaluation);
    if (end.state() != EvaluationState.SUCCEEDED || end.report().isEmpty()) {
      err()
          .println(
              end.state() == EvaluationState.CANCELLED
                  ? "the evaluation was cancelled"
                  : "error: " + end.message() + " (" + end.reason() + ")");
      return CommandLine.ExitCode.SOFTWARE;
    }
    EvaluationReport report = end.report().get();
    if (isJson()) {
      out().println(EvaluationJson.line(end.id(), report));
    } else {
      new EvaluationTable(out()).print(report);
    }
    return CommandLine.ExitCode.OK;
  }

  /** A number is a version, anything else a label. */
  private String named(String what) {
    if (what.isEmpty()) {
      return "models/" + model;
    }
    return "models/"
        + model
        + (what.chars().allMatch(Character::isDigit) ? "/versions/" : "/labels/")
        + what;
  }

  private EvaluationInfo follow(EvaluationHandle evaluation) {
    if (isJson()) {
      return evaluation.follow(now -> {});
    }
    err().println("evaluation " + evaluation.id());
    if (System.console() == null) {
      return evaluation.follow(steps());
    }
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("evaluating")
            .setUnit(" examples", 1)
            .setStyle(ProgressBarStyle.ASCII)
            .build()) {
      return evaluation.follow(
          now -> {
            bar.maxHint(now.examplesTotal());
            bar.stepTo(now.examplesDone());
            bar.setExtraMessage(" " + now.step());
          });
    }
  }

  private Consumer<EvaluationInfo> steps() {
    String[] last = {""};
    return now -> {
      if (!now.step().equals(last[0])) {
        last[0] = now.step();
        err()
            .printf("%d of %d examples: %s%n", now.examplesDone(), now.examplesTotal(), now.step());
      }
    };
  }
}
