package dev.millrace.client.cli;

import dev.millrace.client.ImportOptions;
import dev.millrace.client.ImportProgress;
import dev.millrace.client.ImportedVersion;
import dev.millrace.client.MillraceClient;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace import}: uploads a SavedModel as the next version of a model. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = "Uploads a SavedModel as the next version of a model.")
final class ImportCommand extends ClientCommand {
  private static final int MEBIBYTE = 1 << 20;

  @Parameters(index = "0", paramLabel = "MODEL", description = "model to publish under")
  private String model = "";

  @Parameters(index = "1", paramLabel = "FOLDER", description = "folder of the SavedModel")
  private Path folder = Path.of("");

  @Option(
      names = "--parent",
      paramLabel = "N",
      defaultValue = Option.NULL_VALUE,
      description = "version of the model that it was made from")
  private Optional<Long> parent = Optional.empty();

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "what is worth knowing, such as epochs=5; may be repeated")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--metric",
      paramLabel = "NAME=VALUE",
      description = "a figure that was measured, such as test_accuracy=0.99; may be repeated")
  private Map<String, Double> metrics = new LinkedHashMap<>();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "why, for the history")
  private String reason = "";

  @Override
  protected int ask(MillraceClient client) {
    ImportOptions options = ImportOptions.none().withReason(reason);
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      options = options.withParameter(parameter.getKey(), parameter.getValue());
    }
    for (Map.Entry<String, Double> metric : metrics.entrySet()) {
      options = options.withMetric(metric.getKey(), metric.getValue());
    }
    if (parent.isPresent()) {
      options = options.withParent(parent.get());
    }
    ImportedVersion imported = send(client, options);
    if (isJson()) {
      out()
          .println(
              Json.object()
                  .with("model", imported.model())
                  .with("version", imported.version())
                  .with("digest", imported.digest())
                  .line());
    } else {
      out()
          .printf(
              "published %s version %d (digest %s)%n",
              imported.model(), imported.version(), imported.digest());
    }
    return CommandLine.ExitCode.OK;
  }

  private ImportedVersion send(MillraceClient client, ImportOptions options) {
    if (isJson() || System.console() == null) {
      return client.model(model).importVersion(folder, options);
    }
    try (ProgressBar bar = bar()) {
      return client
          .model(model)
          .importVersion(folder, options.withProgress(progress -> show(bar, progress)));
    }
  }

  private static void show(ProgressBar bar, ImportProgress progress) {
    bar.maxHint(progress.totalBytes());
    bar.stepTo(progress.sentBytes());
    if (progress.sentBytes() == progress.totalBytes()) {
      bar.setExtraMessage(" the server checks it");
    }
  }

  private static ProgressBar bar() {
    return new ProgressBarBuilder()
        .setTaskName("uploading")
        .setUnit(" MiB", MEBIBYTE)
        .setStyle(ProgressBarStyle.ASCII)
        .build();
  }
}
