package dev.millrace.client.cli;

import dev.millrace.client.TrainingEvent;
import dev.millrace.client.TrainingJobHandle;
import dev.millrace.client.TrainingJobInfo;
import dev.millrace.client.TrainingJobState;
import dev.millrace.client.TrainingProgress;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine;

/**
 * Shows a job as it goes: a bar on a terminal, a line a report elsewhere, a line of JSON an event
 * for programs.
 */
final class JobPrinter {
  private JobPrinter() {}

  /** Follows a job to its end; returns the exit code: 0 when it published a version, 1 when not. */
  static int follow(TrainingJobHandle job, boolean json, PrintWriter out, PrintWriter err) {
    TrainingJobInfo end;
    if (json) {
      end = job.follow(event -> println(out, line(job.id(), event)));
    } else if (System.console() != null) {
      println(err, "job " + job.id());
      try (ProgressBar bar = bar()) {
        end = job.follow(event -> show(bar, event));
      }
    } else {
      println(err, "job " + job.id());
      end = job.follow(reports(err));
    }
    if (end.state() == TrainingJobState.SUCCEEDED) {
      if (!json) {
        println(out, published(end));
      }
      return CommandLine.ExitCode.OK;
    }
    println(
        err,
        end.state() == TrainingJobState.CANCELLED
            ? "the job was cancelled"
            : "error: " + end.message() + " (" + end.reason() + ")");
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String published(TrainingJobInfo job) {
    return String.format(
        "published %s version %d: test accuracy %.2f %%",
        job.request().model(),
        job.publishedVersion().orElse(0),
        100 * job.metrics().getOrDefault("test_accuracy", 0.0));
  }

  private static Consumer<TrainingEvent> reports(PrintWriter err) {
    return event -> {
      if (event instanceof TrainingEvent.Progressed progressed) {
        TrainingProgress progress = progressed.progress();
        println(
            err,
            String.format(
                "step %d of %d: loss %.3f, train %.2f %%, validation %.2f %%, %.0f examples/s, %d s left",
                progress.step(),
                progress.totalSteps(),
                progress.loss(),
                100 * progress.trainAccuracy(),
                100 * progress.validationAccuracy(),
                progress.examplesPerSecond(),
                progress.timeLeft().toSeconds()));
      }
    };
  }

  private static ProgressBar bar() {
    return new ProgressBarBuilder()
        .setTaskName("training")
        .setUnit(" steps", 1)
        .setStyle(ProgressBarStyle.ASCII)
        .build();
  }

  private static void show(ProgressBar bar, TrainingEvent event) {
    if (event instanceof TrainingEvent.Progressed progressed) {
      TrainingProgress progress = progressed.progress();
      bar.maxHint(progress.totalSteps());
      bar.stepTo(progress.step());
      bar.setExtraMessage(
          String.format(
              " loss %.3f, validation %.2f %%",
              progress.loss(), 100 * progress.validationAccuracy()));
    }
  }

  private static String line(String job, TrainingEvent event) {
    Json json =
        Json.object()
            .with("job", job)
            .with("sequence", event.sequence())
            .with("time", event.time().toString());
    if (event instanceof TrainingEvent.StateChanged change) {
      json.with("state", change.state().name())
          .with("reason", change.reason())
          .with("message", change.message());
    } else if (event instanceof TrainingEvent.Progressed progressed) {
      json.with("progress", progress(progressed.progress()));
    } else if (event instanceof TrainingEvent.Evaluated evaluated) {
      json.with("metrics", evaluated.metrics());
    } else if (event instanceof TrainingEvent.Published published) {
      json.with("model", published.model()).with("version", published.version());
    }
    return json.line();
  }

  private static Map<String, Object> progress(TrainingProgress progress) {
    return Json.object()
        .with("step", progress.step())
        .with("total_steps", progress.totalSteps())
        .with("loss", progress.loss())
        .with("train_accuracy", progress.trainAccuracy())
        .with("validation_accuracy", progress.validationAccuracy())
        .with("examples_per_second", progress.examplesPerSecond())
        .with("seconds_left", progress.timeLeft().toMillis() / 1000.0)
        .fields();
  }

  private static void println(PrintWriter writer, String line) {
    writer.println(line);
    writer.flush();
  }
}
