package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.OptionKind;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.boot.config.tfserving.TfServingCommandLine;
import dev.millrace.server.boot.config.tfserving.TfServingFlag;
import dev.millrace.server.boot.config.tfserving.TfServingSetup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code millrace serve}: its options are made from the one table. */
final class ServeCommand {
  private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);
  private static final String CONFIG = "--config";

  private ServeCommand() {}

  /** The command as picocli knows it. */
  static CommandSpec spec() {
    CommandSpec spec =
        CommandSpec.create().name("serve").mixinStandardHelpOptions(true).version(Main.VERSION);
    spec.usageMessage()
        .description(
            "Serves the models of a repository and trains new ones.",
            "Every option is also a variable (--data-dir: MILLRACE_DATA_DIR) and a key of the file (data-dir).",
            "TensorFlow Serving's flags, such as --model_config_file, are taken as well.");
    spec.addOption(
        OptionSpec.builder(CONFIG)
            .paramLabel("FILE")
            .type(String.class)
            .description("YAML file of options; also MILLRACE_CONFIG")
            .build());
    for (TfServingFlag flag : TfServingFlag.values()) {
      if (!flag.isOwn()) {
        spec.addOption(foreign(flag));
      }
    }
    for (ServeOption option : ServeOption.values()) {
      boolean flag = option.kind() == OptionKind.FLAG;
      String shown = option.defaultValue().isEmpty() ? "none" : option.defaultValue();
      spec.addOption(
          OptionSpec.builder("--" + option.key())
              .paramLabel(option.kind().placeholder())
              .type(flag ? boolean.class : String.class)
              .arity(flag ? "0" : "1")
              .description(option.help() + (flag ? "" : " (default: " + shown + ")"))
              .build());
    }
    return spec;
  }

  /** Runs until a signal comes; returns the exit code. */
  static int run(ParseResult parsed) {
    try {
      Plan plan = plan(parsed, System.getenv());
      return serve(plan.options(), plan.setup());
    } catch (ConfigurationException wrong) {
      System.err.println("error: " + wrong.getMessage());
      return CommandLine.ExitCode.USAGE;
    } catch (IOException unusable) {
      log.debug("the server could not start", unusable);
      System.err.println("error: the server could not start: " + unusable.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /**
   * What a command line means.
   *
   * @param options the effective options
   * @param setup what TensorFlow Serving's flags say beside them
   */
  record Plan(ServeOptions options, TfServingSetup setup) {}

  /**
   * Reads a command line.
   *
   * @throws ConfigurationException if it cannot be used
   */
  static Plan plan(ParseResult parsed, Map<String, String> environment) {
    Map<TfServingFlag, String> flags = foreign(parsed);
    TfServingSetup setup = TfServingCommandLine.translate(flags);
    ServeOptions options =
        OptionSources.merge(
            given(parsed), setup.options(), environment, parsed.matchedOptionValue(CONFIG, ""));
    return new Plan(
        options,
        flags.isEmpty() || !options.isDefault(ServeOption.HOST)
            ? setup
            : setup.warning(
                "listening on this machine alone, where TensorFlow Serving listens on every"
                    + " address; --host 0.0.0.0 --insecure does as it does"));
  }

  /** Names of all options, with their dashes; TensorFlow Serving's as well. */
  static List<String> names() {
    List<String> names = new ArrayList<>(TfServingFlag.options());
    ServeOption.keys().forEach(key -> names.add("--" + key));
    names.add(CONFIG);
    return names;
  }

  private static OptionSpec foreign(TfServingFlag flag) {
    OptionSpec.Builder builder =
        OptionSpec.builder(flag.option()).type(String.class).hidden(true).paramLabel("VALUE");
    return flag.isSwitch()
        ? builder.arity("0..1").fallbackValue("true").build()
        : builder.arity("1").build();
  }

  private static Map<TfServingFlag, String> foreign(ParseResult parsed) {
    Map<TfServingFlag, String> values = new EnumMap<>(TfServingFlag.class);
    for (TfServingFlag flag : TfServingFlag.values()) {
      if (!flag.isOwn() && parsed.hasMatchedOption(flag.option())) {
        values.put(flag, parsed.matchedOptionValue(flag.option(), ""));
      }
    }
    return values;
  }

  private static int serve(ServeOptions options, TfServingSetup setup) throws IOException {
    CountDownLatch stopped = new CountDownLatch(1);
    MillraceServer server = MillraceServer.start(options, setup);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stopped.countDown();
                  // A drained server has done what the signal asked for; the JVM would say 143.
                  Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
                },
                "stop"));
    try {
      if (options.bootstrap().isPresent()
          && !new Bootstrap(server, options.bootstrap().get()).run()) {
        return CommandLine.ExitCode.SOFTWARE;
      }
      server.awaitReady();
      System.out.printf(
          "ready grpc=%s:%d%s management=%s:%d%n",
          options.host(),
          server.port(),
          server.httpPort().isEmpty()
              ? ""
              : " http=" + options.host() + ":" + server.httpPort().getAsInt(),
          options.managementHost(),
          server.managementPort());
      System.out.flush();
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return CommandLine.ExitCode.OK;
  }

  private static Map<ServeOption, String> given(ParseResult parsed) {
    Map<ServeOption, String> values = new EnumMap<>(ServeOption.class);
    for (ServeOption option : ServeOption.values()) {
      if (parsed.hasMatchedOption("--" + option.key())) {
        Object value = parsed.matchedOptionValue("--" + option.key(), (Object) "");
        values.put(option, String.valueOf(value));
      }
    }
    return values;
  }
}
