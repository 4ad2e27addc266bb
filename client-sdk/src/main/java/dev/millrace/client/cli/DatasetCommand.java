package dev.millrace.client.cli;

import dev.millrace.client.DatasetInfo;
import dev.millrace.client.DatasetTerms;
import dev.millrace.client.MillraceClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace dataset}: uploads, lists, shows and deletes datasets. */
@Command(
    name = "dataset",
    mixinStandardHelpOptions = true,
    description = "Uploads, lists, shows and deletes datasets.",
    subcommands = {
      DatasetCommand.Upload.class,
      DatasetCommand.ListAll.class,
      DatasetCommand.Show.class,
      DatasetDeleteCommand.class,
      DatasetDeletionsCommand.class
    })
final class DatasetCommand {
  /** {@code millrace dataset upload}. */
  @Command(
      name = "upload",
      mixinStandardHelpOptions = true,
      description =
          "Uploads a dataset: four IDX files, or one table of texts (.csv, .tsv), or one for each"
              + " split (train.csv, validation.csv, test.csv); each may be compressed (.gz).")
  static final class Upload extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "what to call it")
    private String name = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "its files")
    private List<Path> files = new ArrayList<>();

    @Option(
        names = "--text",
        paramLabel = "COLUMN",
        description = "column of the texts, by name or number from 1 (default: text)")
    private String text = "";

    @Option(
        names = "--label",
        paramLabel = "COLUMN",
        description = "column of the labels, by name or number from 1 (default: label)")
    private String label = "";

    @Option(
        names = "--slice",
        paramLabel = "COLUMN",
        description = "column by which accuracy is told apart; may be repeated")
    private List<String> slices = new ArrayList<>();

    @Option(names = "--no-header", description = "the first line is an example")
    private boolean noHeader;

    @Option(names = "--no-quotes", description = "a quote is a letter like any other")
    private boolean noQuotes;

    @Option(
        names = "--owner",
        paramLabel = "NAME",
        description = "who answers for it (default: the caller)")
    private String owner = "";

    @Option(names = "--purpose", paramLabel = "WORDS", description = "what it may be used for")
    private String purpose = "";

    @Option(
        names = "--retention",
        paramLabel = "DAYS",
        description = "the server deletes it after so many days (default: never)")
    private int days;

    @Override
    protected int ask(MillraceClient client) {
      List<String> layout = layout();
      if (layout.isEmpty()) {
        return send(client, files);
      }
      try {
        Path folder = Files.createTempDirectory("millrace-dataset");
        Path file = folder.resolve("dataset.yaml");
        try {
          Files.write(file, layout);
          List<Path> all = new ArrayList<>(files);
          all.add(file);
          return send(client, all);
        } finally {
          Files.deleteIfExists(file);
          Files.deleteIfExists(folder);
        }
      } catch (IOException unwritable) {
        throw new UncheckedIOException(unwritable);
      }
    }

    private int send(MillraceClient client, List<Path> all) {
      DatasetInfo dataset =
          client
              .datasets()
              .upload(
                  name,
                  all,
                  new DatasetTerms(
                      owner,
                      purpose,
                      days > 0 ? Optional.of(Duration.ofDays(days)) : Optional.empty()),
                  progress -> {});
      show(this, dataset);
      return CommandLine.ExitCode.OK;
    }

    private List<String> layout() {
      List<String> lines = new ArrayList<>();
      if (!text.isEmpty()) {
        lines.add("text: " + Json.write(text));
      }
      if (!label.isEmpty()) {
        lines.add("label: " + Json.write(label));
      }
      if (!slices.isEmpty()) {
        lines.add("slices: " + Json.write(slices));
      }
      if (noHeader) {
        lines.add("header: false");
      }
      if (noQuotes) {
        lines.add("quotes: false");
      }
      return lines;
    }
  }

  /** {@code millrace dataset list}. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the datasets.")
  static final class ListAll extends ClientCommand {
    @Override
    protected int ask(MillraceClient client) {
      List<DatasetInfo> all = client.datasets().list();
      if (isJson()) {
        out()
            .println(
                Json.object()
                    .with(
                        "datasets",
                        all.stream()
                            .map(one -> Map.of("name", one.name(), "kind", one.kind()))
                            .toList())
                    .line());
      } else {
        out().printf("%-30s %s%n", "DATASET", "KIND");
        all.forEach(one -> out().printf("%-30s %s%n", one.name(), one.kind()));
      }
      return CommandLine.ExitCode.OK;
    }
  }

  /** {@code millrace dataset show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Has the server read a dataset, and shows what is in it.")
  static final class Show extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "the dataset")
    private String name = "";

    @Override
    protected int ask(MillraceClient client) {
      show(this, client.datasets().get(name));
      return CommandLine.ExitCode.OK;
    }
  }

  private static void show(ClientCommand command, DatasetInfo dataset) {
    if (command.isJson()) {
      command
          .out()
          .println(
              Json.object()
                  .with("name", dataset.name())
                  .with("kind", dataset.kind())
                  .with("digest", dataset.digest())
                  .with("train", dataset.trainExamples())
                  .with("validation", dataset.validationExamples())
                  .with("test", dataset.testExamples())
                  .with("labels", dataset.labels())
                  .with("slices", dataset.slices())
                  .with("owner", dataset.owner())
                  .with("purpose", dataset.purpose())
                  .with("expires", dataset.expires().map(Object::toString).orElse(""))
                  .line());
      return;
    }
    command
        .out()
        .printf(
            "%s: %d examples to train, %d to validate, %d to test (sha256 %.12s)%n",
            dataset.name(),
            dataset.trainExamples(),
            dataset.validationExamples(),
            dataset.testExamples(),
            dataset.digest());
    if (!dataset.owner().isEmpty()) {
      command.out().printf("owner: %s%n", dataset.owner());
    }
    if (!dataset.purpose().isEmpty()) {
      command.out().printf("purpose: %s%n", dataset.purpose());
    }
    dataset.expires().ifPresent(time -> command.out().printf("deleted after: %s%n", time));
    if (!dataset.labels().isEmpty()) {
      command.out().printf("labels: %s%n", String.join(", ", dataset.labels()));
    }
    if (!dataset.slices().isEmpty()) {
      command.out().printf("slices: %s%n", String.join(", ", dataset.slices()));
    }
  }
}
