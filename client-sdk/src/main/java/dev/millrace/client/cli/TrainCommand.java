package dev.millrace.client.cli;

import dev.millrace.client.GateHandle;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.TrainingJobHandle;
import dev.millrace.client.TrainingJobInfo;
import dev.millrace.client.TrainingRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace train}: creates a training job and follows it. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a new version and follows the run; Ctrl-C leaves the run alone.")
final class TrainCommand extends ClientCommand {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = "",
      description = "model to publish under (default: the recipe's own)")
  private String model = "";

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      defaultValue = "",
      description = "how to train (default: mnist-cnn)")
  private String recipe = "";

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = "",
      description = "what to learn from (default: the recipe's own)")
  private String dataset = "";

  @Option(names = "--steps", paramLabel = "N", description = "the same as --param steps=N")
  private String steps = "";

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "a parameter of the recipe, such as learning_rate=0.001; may be repeated")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = Option.NULL_VALUE,
      description = "the same seed gives the same batches (default: 42)")
  private Optional<Long> seed = Optional.empty();

  @Option(
      names = "--serve",
      description =
          "measure the new version beside the champion, and have it answer if it passes the gate")
  private boolean serve;

  @Option(names = "--detach", description = "print the job's id and leave it alone")
  private boolean detach;

  @Override
  protected int ask(MillraceClient client) {
    TrainingRequest request =
        TrainingRequest.defaults().withModel(model).withRecipe(recipe).withDataset(dataset);
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      request = request.withParameter(parameter.getKey(), parameter.getValue());
    }
    if (!steps.isEmpty()) {
      request = request.withParameter("steps", steps);
    }
    if (seed.isPresent()) {
      request = request.withSeed(seed.get());
    }
    if (serve && detach) {
      throw new IllegalArgumentException("--serve follows the run to its end; leave out --detach");
    }
    TrainingJobHandle job = client.train(request);
    if (detach) {
      out().println(isJson() ? Json.object().with("job", job.id()).line() : job.id());
      return CommandLine.ExitCode.OK;
    }
    int code = JobPrinter.follow(job, isJson(), out(), err());
    return serve && code == CommandLine.ExitCode.OK ? judge(client, job.get()) : code;
  }

  /** A model with a policy has judged the version already; another does so when it is asked. */
  private int judge(MillraceClient client, TrainingJobInfo job) {
    String trained = job.request().model();
    long version = job.publishedVersion().orElseThrow();
    GateHandle gate = client.model(trained).gate();
    if (gate.judgement(version).isEmpty()) {
      gate.judge(version, false);
    }
    return new JudgementPrinter(client, trained, isJson(), out(), err()).follow(version);
  }
}
