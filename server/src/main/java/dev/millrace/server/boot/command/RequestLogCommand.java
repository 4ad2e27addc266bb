package dev.millrace.server.boot.command;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.record.RecordedRequests;
import dev.millrace.server.tensorflow.record.RequestLogFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace request-log}: makes use of recorded requests where they lie. */
@Command(
    name = "request-log",
    mixinStandardHelpOptions = true,
    description = "Makes warm-up requests, datasets and shadow sets of recorded requests.",
    subcommands = {
      RequestLogCommand.ListModels.class,
      RequestLogCommand.WarmUp.class,
      RequestLogCommand.AsDataset.class,
      ReplayCommand.class
    })
final class RequestLogCommand {
  /** What the commands share. */
  abstract static class Reading implements Callable<Integer> {
    @Mixin private StateFolder state = new StateFolder();
    @Spec private CommandSpec spec = CommandSpec.create();

    final RecordedRequests requests() {
      return new RecordedRequests(RequestLogFolder.of(state.path()));
    }

    final PrintWriter out() {
      return spec.commandLine().getOut();
    }

    @Override
    public final Integer call() {
      try {
        return work();
      } catch (IOException | ServingException failed) {
        spec.commandLine().getErr().println("error: " + failed.getMessage());
        return CommandLine.ExitCode.SOFTWARE;
      } finally {
        out().flush();
      }
    }

    abstract int work() throws IOException;
  }

  /** {@code millrace request-log list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the models of which requests are recorded.")
  static final class ListModels extends Reading {
    @Override
    int work() throws IOException {
      out().printf("%-30s %7s %14s%n", "MODEL", "FILES", "BYTES");
      for (RecordedRequests.Size size : requests().sizes()) {
        out().printf("%-30s %7d %14d%n", size.model(), size.files(), size.bytes());
      }
      return CommandLine.ExitCode.OK;
    }
  }

  /** {@code millrace request-log warm-up}. */
  @Command(
      name = "warm-up",
      mixinStandardHelpOptions = true,
      description =
          "Copies the newest recorded requests into a SavedModel that is not imported yet, as its"
              + " warm-up requests. They travel with it from then on.")
  static final class WarmUp extends Reading {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "MODEL",
        description = "whose requests")
    private String model = "";

    @Option(
        names = "--records",
        paramLabel = "N",
        description = "how many, 1 to 1000 (default: 100)")
    private int records = 100;

    @Option(
        names = "--into",
        required = true,
        paramLabel = "DIR",
        description = "the SavedModel, which must have no warm-up requests yet")
    private Path savedModel = Path.of("");

    @Override
    int work() throws IOException {
      int copied = requests().copyAsWarmUp(new ModelName(model), records, savedModel);
      out().println(copied + " requests were copied");
      return CommandLine.ExitCode.OK;
    }
  }

  /** {@code millrace request-log dataset}. */
  @Command(
      name = "dataset",
      mixinStandardHelpOptions = true,
      description =
          "Makes a dataset of the newest recorded requests, labelled by what was answered, to be"
              + " uploaded with 'millrace dataset upload'. The accuracy of a version on it is how"
              + " often it says what callers were told.")
  static final class AsDataset extends Reading {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "MODEL",
        description = "whose requests")
    private String model = "";

    @Option(names = "--records", paramLabel = "N", description = "how many (default: 10000)")
    private int records = 10_000;

    @Option(
        names = "--into",
        required = true,
        paramLabel = "DIR",
        description = "a folder that is made for it")
    private Path folder = Path.of("");

    @Override
    int work() throws IOException {
      RecordedDataset dataset = new RecordedDataset();
      requests().answered(new ModelName(model), records).forEach(dataset::add);
      dataset.write(folder);
      out().printf("%d examples; %d requests make none%n", dataset.count(), dataset.passedOver());
      return CommandLine.ExitCode.OK;
    }
  }
}
