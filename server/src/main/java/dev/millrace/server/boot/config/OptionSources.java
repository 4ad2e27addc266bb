package dev.millrace.server.boot.config;

import dev.millrace.server.model.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Merges the places that options come from: command line over environment over file over defaults.
 */
public final class OptionSources {
  /** Variable that names the configuration file. */
  public static final String CONFIG_VARIABLE = "MILLRACE_CONFIG";

  /** The source of a value that nobody has given. */
  static final String DEFAULT = "default";

  // Read by the start script, by the client's commands, and by the log's configuration.
  private static final Set<String> FOREIGN =
      Set.of(
          CONFIG_VARIABLE,
          "MILLRACE_JAVA_OPTS",
          "MILLRACE_LOG_LEVEL",
          "MILLRACE_SERVER",
          "MILLRACE_CA",
          "MILLRACE_API_KEY",
          "MILLRACE_API_KEY_FILE",
          "MILLRACE_TOKEN");

  private OptionSources() {}

  /**
   * The effective options.
   *
   * @param commandLine values of the options given there
   * @param environment the process's environment
   * @param configFile the file that the command line names; empty to ask the environment
   * @throws ConfigurationException if any of them has an unknown name or a wrong value
   */
  public static ServeOptions merge(
      Map<ServeOption, String> commandLine, Map<String, String> environment, String configFile) {
    return merge(commandLine, Map.of(), environment, configFile);
  }

  /**
   * The same with what another server's flags on the command line mean.
   *
   * @param translated values that the environment yields to, and that yield to the options of the
   *     command line
   */
  public static ServeOptions merge(
      Map<ServeOption, String> commandLine,
      Map<ServeOption, Sourced> translated,
      Map<String, String> environment,
      String configFile) {
    Map<ServeOption, Sourced> merged = new EnumMap<>(ServeOption.class);
    for (ServeOption option : ServeOption.values()) {
      merged.put(option, new Sourced(option.defaultValue(), DEFAULT));
    }
    String file = configFile.isEmpty() ? environment.getOrDefault(CONFIG_VARIABLE, "") : configFile;
    if (!file.isEmpty()) {
      YamlFile.read(Path.of(file))
          .forEach((option, value) -> merged.put(option, new Sourced(value, file)));
    }
    fromEnvironment(environment)
        .forEach(
            (option, value) ->
                merged.put(option, new Sourced(value, option.environmentVariable())));
    merged.putAll(translated);
    commandLine.forEach(
        (option, value) -> merged.put(option, new Sourced(value, "--" + option.key())));
    merged.forEach(OptionSources::check);
    return new ServeOptions(merged);
  }

  private static Map<ServeOption, String> fromEnvironment(Map<String, String> environment) {
    Map<ServeOption, String> values = new EnumMap<>(ServeOption.class);
    for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
      String variable = entry.getKey();
      if (variable.startsWith("MILLRACE_") && !FOREIGN.contains(variable)) {
        ServeOption option =
            ServeOption.ofEnvironmentVariable(variable)
                .orElseThrow(
                    () ->
                        new ConfigurationException(
                            "unknown environment variable "
                                + variable
                                + "; did you mean "
                                + NearestName.of(variable, knownVariables())
                                + "?"));
        values.put(option, entry.getValue());
      }
    }
    return values;
  }

  private static List<String> knownVariables() {
    List<String> known = new ArrayList<>(FOREIGN);
    Arrays.stream(ServeOption.values()).map(ServeOption::environmentVariable).forEach(known::add);
    return known;
  }

  private static void check(ServeOption option, Sourced sourced) {
    if (!option.kind().accepts(sourced.value())) {
      throw new ConfigurationException(
          option.key()
              + " must be "
              + option.kind().description()
              + ", and is '"
              + sourced.value()
              + "' (from "
              + sourced.source()
              + ")");
    }
  }

  /**
   * A value and where it came from.
   *
   * @param value as text
   * @param source in words
   */
  public record Sourced(String value, String source) {}
}
