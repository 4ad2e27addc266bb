package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.TrainingJobInfo;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace jobs}: lists, follows or cancels training jobs. */
@Command(
    name = "jobs",
    mixinStandardHelpOptions = true,
    description = "Lists the training jobs, newest first; or follows or cancels one.")
final class JobsCommand extends ClientCommand {
  @Option(names = "--watch", paramLabel = "JOB", description = "follow this job to its end")
  private String watch = "";

  @Option(names = "--cancel", paramLabel = "JOB", description = "ask this job to stop")
  private String cancel = "";

  @Override
  protected int ask(MillraceClient client) {
    if (!watch.isEmpty()) {
      return JobPrinter.follow(client.trainingJob(watch), isJson(), out(), err());
    }
    List<TrainingJobInfo> jobs =
        cancel.isEmpty() ? client.trainingJobs() : List.of(client.trainingJob(cancel).cancel());
    if (isJson()) {
      out()
          .println(
              Json.object().with("jobs", jobs.stream().map(JobsCommand::json).toList()).line());
    } else {
      out().printf("%-30s %-16s %-10s %s%n", "JOB", "MODEL", "STATE", "");
      jobs.forEach(
          job ->
              out()
                  .printf(
                      "%-30s %-16s %-10s %s%n",
                      job.id(), job.request().model(), job.state(), detail(job)));
    }
    return CommandLine.ExitCode.OK;
  }

  private static String detail(TrainingJobInfo job) {
    if (job.publishedVersion().isPresent()) {
      return "version " + job.publishedVersion().getAsLong();
    }
    return job.message().isEmpty()
        ? job.progress().map(p -> "step " + p.step() + " of " + p.totalSteps()).orElse("")
        : job.message();
  }

  private static Map<String, Object> json(TrainingJobInfo job) {
    return Json.object()
        .with("job", job.id())
        .with("model", job.request().model())
        .with("recipe", job.request().recipe())
        .with("state", job.state().name())
        .with("reason", job.reason())
        .with("message", job.message())
        .with("version", job.publishedVersion().orElse(0))
        .with("metrics", job.metrics())
        .with("created", job.createTime().toString())
        .fields();
  }
}
