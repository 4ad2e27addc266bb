package dev.millrace.client.cli;

import dev.millrace.client.Classification;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.ModelHandle;
import dev.millrace.client.VersionHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace predict}: classifies image files. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Classifies PNG or JPEG files; for mnist, a white digit on black.")
final class PredictCommand extends ClientCommand {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "PNG or JPEG files")
  private List<Path> files = List.of();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = "mnist",
      description = "model to ask (default: ${DEFAULT-VALUE})")
  private String model = "";

  @Option(
      names = "--version-number",
      paramLabel = "N",
      description = "version to ask (default: the newest available)")
  private long version;

  @Override
  protected int ask(MillraceClient client) {
    for (Path file : files) {
      if (!Files.isReadable(file)) {
        err().println("error: there is no file " + file + " that can be read");
        return CommandLine.ExitCode.USAGE;
      }
    }
    ModelHandle handle = client.model(model);
    VersionHandle asked = version > 0 ? handle.version(version) : handle;
    long start = System.nanoTime();
    List<Classification> answers = asked.classify(files.toArray(Path[]::new));
    double milliseconds = (System.nanoTime() - start) / 1e6;
    if (isJson()) {
      out().println(Json.write(json(answers, milliseconds)));
    } else {
      for (int i = 0; i < answers.size(); i++) {
        Classification answer = answers.get(i);
        out().printf("%s: %d (%.1f %%)%n", files.get(i), answer.label(), 100 * answer.confidence());
      }
      out()
          .printf(
              "%s version %d, %.0f ms with connecting%n",
              answers.get(0).model(), answers.get(0).version(), milliseconds);
    }
    return CommandLine.ExitCode.OK;
  }

  private Map<String, Object> json(List<Classification> answers, double milliseconds) {
    List<Object> predictions = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      predictions.add(
          Json.object()
              .with("file", files.get(i).toString())
              .with("class", answers.get(i).label())
              .with("probabilities", answers.get(i).probabilities())
              .fields());
    }
    return Json.object()
        .with("model", answers.get(0).model())
        .with("version", answers.get(0).version())
        .with("milliseconds", milliseconds)
        .with("predictions", predictions)
        .fields();
  }
}
