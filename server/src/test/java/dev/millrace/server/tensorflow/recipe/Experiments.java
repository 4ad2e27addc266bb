package dev.millrace.server.tensorflow.recipe;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Trains {@code mnist-cnn} once in each of its tried configurations, and writes what came out into
 * the table of docs/training.md:
 *
 * <pre>{@code mvn -B -P experiments -pl server -am verify -DskipTests}</pre>
 *
 * <p>Arguments: the page, and names of configurations or {@code all}; {@code
 * -Dmillrace.experiments="seed distorted"} gives them to Maven. A row is written as soon as its
 * configuration has ended; the others stay. The test set is measured, as in every run, but what is
 * shipped is chosen by the validation set alone.
 */
public final class Experiments {
  private static final double PERCENT = 100;
  private static final double NANOS = 1e9;
  private static final double MINUTE = 60;

  private static final Map<String, String> DISTORTED =
      Map.of("cosine_decay", "1", "rotation", "12", "scale", "0.1", "shift", "2");

  /** What is tried, in the table's order: what differs from the recipe's defaults. */
  static final List<Configuration> ALL =
      List.of(
          new Configuration("seed", Map.of()),
          new Configuration("distorted", with(DISTORTED, "epochs", "9")),
          new Configuration(
              "averaged", with(DISTORTED, "epochs", "12", "weight_averaging", "0.999")),
          new Configuration(
              "elastic",
              with(DISTORTED, "epochs", "12", "weight_averaging", "0.999", "elastic", "0.5")),
          new Configuration(
              "deeper",
              with(DISTORTED, "epochs", "10", "weight_averaging", "0.999", "convolutions", "2")),
          new Configuration(
              "bent",
              with(
                  DISTORTED,
                  "epochs",
                  "10",
                  "weight_averaging",
                  "0.999",
                  "convolutions",
                  "2",
                  "elastic",
                  "0.7",
                  "label_smoothing",
                  "0.05")),
          new Configuration(
              "longer",
              with(
                  DISTORTED,
                  "epochs",
                  "15",
                  "weight_averaging",
                  "0.999",
                  "convolutions",
                  "2",
                  "padding",
                  "0",
                  "elastic",
                  "0.5")));

  /**
   * Something that is tried.
   *
   * @param parameters what differs from the defaults of {@code mnist-cnn}
   */
  record Configuration(String name, Map<String, String> parameters) {
    /** Its parameters as the command line takes them. */
    String words() {
      StringBuilder words = new StringBuilder();
      new TreeMap<>(parameters)
          .forEach((name, value) -> words.append(name).append('=').append(value).append(' '));
      return words.isEmpty() ? "as shipped" : "`" + words.toString().trim() + "`";
    }
  }

  private Experiments() {}

  /** Runs them. */
  public static void main(String[] arguments) throws IOException {
    ExperimentTable table = new ExperimentTable(Path.of(arguments[0]));
    List<String> chosen =
        Arrays.stream(arguments).skip(1).flatMap(names -> Arrays.stream(names.split(" "))).toList();
    for (Configuration one : ALL) {
      if (chosen.contains(one.name()) || chosen.contains("all")) {
        table.put(ALL.stream().map(Configuration::name).toList(), run(one));
      }
    }
    System.exit(0);
  }

  private static ExperimentTable.Row run(Configuration configuration) throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    MnistCnn recipe = new MnistCnn();
    RecipeDescription description = recipe.description();
    TrainingSpec spec =
        new TrainingSpec(
            description.defaultModel(),
            description.name(),
            description.resolve(configuration.parameters()),
            TrainingSpec.DEFAULT_SEED,
            description.defaultDataset());
    Path folder = Files.createTempDirectory("millrace-experiment");
    long began = System.nanoTime();
    long cpuBefore = system.getProcessCpuTime();
    TrainedModel trained =
        recipe.train(
            spec,
            MnistExamples.all(),
            RunOutputs.of(
                folder.resolve("model"),
                report -> System.out.println(configuration.name() + " " + report)));
    ExperimentTable.Row row =
        new ExperimentTable.Row(
            configuration.name(),
            configuration.words(),
            percent(trained, "validation_accuracy"),
            percent(trained, "test_accuracy"),
            minutes(System.nanoTime() - began),
            minutes(system.getProcessCpuTime() - cpuBefore));
    System.out.println(row);
    return row;
  }

  private static String percent(TrainedModel trained, String metric) {
    double value = Objects.requireNonNull(trained.metrics().get(metric), metric);
    return String.format(Locale.ROOT, "%.2f %%", value * PERCENT);
  }

  private static String minutes(long nanos) {
    return String.format(Locale.ROOT, "%.1f min", nanos / NANOS / MINUTE);
  }

  private static Map<String, String> with(Map<String, String> base, String... more) {
    Map<String, String> all = new TreeMap<>(base);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }
}
