package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.TrainingJobHandle;
import dev.millrace.client.TrainingJobInfo;
import dev.millrace.client.TrainingRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace sweep}: a training job for each combination of parameters, in one table. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description =
        "Trains a version for each combination of parameters, and shows them in one table, the best"
            + " on validation first; Ctrl-C leaves the runs alone.")
final class SweepCommand extends ClientCommand {
  private static final String RANKED_BY = "validation_accuracy";
  private static final List<String> SHOWN =
      List.of(RANKED_BY, "test_accuracy", "train_loss", "train_seconds");

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

  @Option(
      names = "--set",
      required = true,
      paramLabel = "NAME=V1,V2",
      description = "the values to try of a parameter; may be repeated, for a grid")
  private Map<String, String> values = new LinkedHashMap<>();

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "a parameter that is the same in all runs; may be repeated")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = Option.NULL_VALUE,
      description = "seed of all runs (default: 42)")
  private Optional<Long> seed = Optional.empty();

  private record Run(Map<String, String> tried, TrainingJobInfo job) {
    double rank() {
      return job.metrics().getOrDefault(RANKED_BY, -1.0);
    }
  }

  @Override
  protected int ask(MillraceClient client) {
    List<Map<String, String>> grid = Grid.of(values);
    List<TrainingJobHandle> jobs = new ArrayList<>();
    for (Map<String, String> tried : grid) {
      jobs.add(client.train(request(tried)));
    }
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < grid.size(); i++) {
      TrainingJobInfo end = jobs.get(i).follow(event -> {});
      runs.add(new Run(grid.get(i), end));
      if (!isJson()) {
        err().printf("%d of %d: %s %s%n", i + 1, grid.size(), end.id(), end.state());
        err().flush();
      }
    }
    runs.sort(Comparator.comparingDouble(Run::rank).reversed());
    if (isJson()) {
      out()
          .println(
              Json.object().with("runs", runs.stream().map(SweepCommand::json).toList()).line());
    } else {
      print(runs);
    }
    return runs.stream().allMatch(run -> run.job().publishedVersion().isPresent())
        ? CommandLine.ExitCode.OK
        : CommandLine.ExitCode.SOFTWARE;
  }

  private TrainingRequest request(Map<String, String> tried) {
    TrainingRequest request =
        TrainingRequest.defaults().withModel(model).withRecipe(recipe).withDataset(dataset);
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      request = request.withParameter(parameter.getKey(), parameter.getValue());
    }
    for (Map.Entry<String, String> parameter : tried.entrySet()) {
      request = request.withParameter(parameter.getKey(), parameter.getValue());
    }
    return seed.isPresent() ? request.withSeed(seed.get()) : request;
  }

  private void print(List<Run> runs) {
    List<List<String>> table = new ArrayList<>();
    List<String> head = new ArrayList<>(values.keySet());
    head.add("state");
    head.add("version");
    List<String> metrics = metrics(runs);
    head.addAll(metrics);
    table.add(head);
    for (Run run : runs) {
      List<String> row = new ArrayList<>(run.tried().values());
      row.add(run.job().state().name());
      row.add(
          run.job().publishedVersion().isPresent()
              ? Long.toString(run.job().publishedVersion().getAsLong())
              : "-");
      for (String metric : metrics) {
        Double figure = run.job().metrics().get(metric);
        row.add(figure == null ? "-" : String.format(Locale.ROOT, "%.4f", figure));
      }
      table.add(row);
    }
    for (List<String> row : table) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = table.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
        line.append(row.get(i)).append(" ".repeat(width - row.get(i).length() + 2));
      }
      out().println(line.toString().stripTrailing());
    }
    for (Run run : runs) {
      if (!run.job().message().isEmpty()) {
        out().printf("%s: %s%n", run.tried(), run.job().message());
      }
    }
  }

  /** The usual ones that any run tells. */
  private static List<String> metrics(List<Run> runs) {
    TreeSet<String> told = new TreeSet<>();
    runs.forEach(run -> told.addAll(run.job().metrics().keySet()));
    return SHOWN.stream().filter(told::contains).toList();
  }

  private static Map<String, Object> json(Run run) {
    return Json.object()
        .with("parameters", run.tried())
        .with("job", run.job().id())
        .with("state", run.job().state().name())
        .with("message", run.job().message())
        .with("version", run.job().publishedVersion().orElse(0))
        .with("metrics", run.job().metrics())
        .fields();
  }
}
