package dev.millrace.client.cli;

import dev.millrace.client.EvaluationInfo;
import dev.millrace.client.EvaluationReport;
import dev.millrace.client.JudgementInfo;
import dev.millrace.client.JudgementState;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.MillraceException;
import dev.millrace.client.VersionReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;

/** Shows a judgement as it goes, and what answers at its end. */
final class JudgementPrinter {
  private static final int TENTH = 10;

  private final MillraceClient client;
  private final String model;
  private final boolean json;
  private final PrintWriter out;
  private final PrintWriter err;
  private String shown = "";
  private long tenths = -1;

  JudgementPrinter(
      MillraceClient client, String model, boolean json, PrintWriter out, PrintWriter err) {
    this.client = client;
    this.model = model;
    this.json = json;
    this.out = out;
    this.err = err;
  }

  /** Follows one to its end; returns 0 when nothing fell short, 1 when something did. */
  int follow(long version) {
    JudgementInfo end = client.model(model).gate().follow(version, this::look);
    boolean well =
        end.state() == JudgementState.PROMOTED
            || end.state() == JudgementState.PASSED
            || end.state() == JudgementState.OVERRIDDEN;
    if (json) {
      out.println(JudgementWords.json(end).with("model", model).line());
    } else {
      JudgementWords.rules(end).forEach(line -> say(err, "  " + line));
      say(well ? out : err, ending(end));
    }
    return well ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private void look(JudgementInfo now) {
    if (json) {
      return;
    }
    if (now.state() == JudgementState.EVALUATING) {
      measuring(now);
    } else if (!now.state().isFinal() && !now.state().name().equals(shown)) {
      shown = now.state().name();
      say(err, subject(now) + " is " + shown.toLowerCase(Locale.ROOT) + ": " + now.message());
    }
  }

  private void measuring(JudgementInfo now) {
    if (!now.evaluation().equals(shown)) {
      shown = now.evaluation();
      say(
          err,
          "measuring "
              + subject(now)
              + (now.comparedWith().isPresent()
                  ? " beside version " + now.comparedWith().getAsLong()
                  : "")
              + ", evaluation "
              + now.evaluation());
    }
    evaluation(now)
        .filter(one -> one.examplesTotal() > 0)
        .ifPresent(
            one -> {
              long reached = TENTH * one.examplesDone() / one.examplesTotal();
              if (reached > tenths) {
                tenths = reached;
                say(
                    err,
                    one.examplesDone() + " of " + one.examplesTotal() + " examples: " + one.step());
              }
            });
  }

  private String ending(JudgementInfo end) {
    String subject = subject(end);
    return switch (end.state()) {
      case PROMOTED -> subject + " passed the gate and answers now" + accuracy(end);
      case PASSED ->
          subject
              + " passed the gate; promote it with 'millrace promote "
              + model
              + " "
              + end.version()
              + "'";
      case OVERRIDDEN -> subject + " answers: " + end.message();
      default ->
          subject
              + (end.state() == JudgementState.REFUSED
                  ? " does not answer: it "
                  : " does not answer: ")
              + end.message()
              + (end.comparedWith().isPresent()
                  ? "; version " + end.comparedWith().getAsLong() + " goes on"
                  : "");
    };
  }

  private String accuracy(JudgementInfo end) {
    Optional<EvaluationReport> report = evaluation(end).flatMap(EvaluationInfo::report);
    if (report.isEmpty()) {
      return "";
    }
    VersionReport.Share accuracy = report.get().version().accuracy();
    return String.format(
        Locale.ROOT,
        ": %.2f %% of %d %s examples read rightly",
        100 * accuracy.value(),
        accuracy.of(),
        report.get().split());
  }

  private Optional<EvaluationInfo> evaluation(JudgementInfo judgement) {
    try {
      return judgement.evaluation().isEmpty()
          ? Optional.empty()
          : Optional.of(client.evaluation(judgement.evaluation()).get());
    } catch (MillraceException forgotten) {
      return Optional.empty();
    }
  }

  private String subject(JudgementInfo judgement) {
    return model + " version " + judgement.version();
  }

  private static void say(PrintWriter writer, String line) {
    writer.println(line);
    writer.flush();
  }
}
