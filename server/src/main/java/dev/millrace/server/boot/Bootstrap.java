package dev.millrace.server.boot;

import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobState;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.server.training.TrainingOrder;
import dev.millrace.server.training.TrainingProgress;
import java.util.concurrent.Semaphore;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Trains a recipe's first version before the server says that it is ready, with a progress bar on
 * standard error.
 */
final class Bootstrap {
  private final MillraceServer server;
  private final String recipe;

  Bootstrap(MillraceServer server, String recipe) {
    this.server = server;
    this.recipe = recipe;
  }

  /** Returns true when the model has a version, which may have been there before. */
  boolean run() throws InterruptedException {
    if (server.hasVersionOf(recipe)) {
      return true;
    }
    TrainingJobs jobs = server.jobs();
    // A start that died in the middle has left a job that goes on by itself.
    String id =
        jobs.list().stream()
            .filter(job -> !job.state().isFinal())
            .map(TrainingJob::record)
            .filter(job -> job.spec().recipe().equals(recipe))
            .map(JobRecord::id)
            .findFirst()
            .orElseGet(() -> jobs.create(TrainingOrder.ofRecipe(recipe), "").record().id());
    Semaphore news = new Semaphore(1);
    jobs.onEvent(id, news::release);
    long seen = 0;
    try (ProgressBar bar = bar()) {
      while (!jobs.get(id).state().isFinal() && !jobs.isClosed()) {
        news.acquire();
        for (TrainingEvent event : jobs.eventsAfter(id, seen)) {
          seen = event.sequence();
          show(bar, event);
        }
      }
    }
    TrainingJob job = jobs.get(id);
    if (job.state() == TrainingJobState.SUCCEEDED) {
      System.err.printf(
          "trained %s: test accuracy %.2f %%%n",
          job.published().orElseThrow(), 100 * job.metrics().getOrDefault("test_accuracy", 0.0));
      return true;
    }
    System.err.println("error: the first training run ended without a model: " + job.message());
    return false;
  }

  private ProgressBar bar() {
    return new ProgressBarBuilder()
        .setTaskName("training " + recipe)
        .setUnit(" steps", 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(500)
        .build();
  }

  private static void show(ProgressBar bar, TrainingEvent event) {
    if (event.what() instanceof TrainingEvent.Progressed progressed) {
      TrainingProgress progress = progressed.progress();
      bar.maxHint(progress.totalSteps());
      bar.stepTo(progress.step());
      bar.setExtraMessage(
          String.format(
              " loss %.3f, validation %.2f %%, %.0f images/s",
              progress.loss(), 100 * progress.validationAccuracy(), progress.examplesPerSecond()));
    }
  }
}
