package dev.millrace.server.boot.config.tfserving;

import dev.millrace.server.boot.config.OptionSources.Sourced;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.boot.config.TlsIdentity;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.rollout.ServedModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a command line of TensorFlow Serving means here.
 *
 * @param options values of our own options
 * @param defaults for models whose own settings say nothing else
 * @param models what is served at the start; empty for all of the repository
 * @param file where the models were read from, with its text; empty for none
 * @param poll time between two looks at the file; zero for none
 * @param tls of the gRPC door; empty for plain text
 * @param tensorContent true for outputs of Predict as raw bytes
 * @param labelsOfUnwanted true to take labels of versions that a policy does not choose
 * @param warnings one for each flag and field without effect
 */
public record TfServingSetup(
    Map<ServeOption, Sourced> options,
    ModelSettings defaults,
    Optional<List<ServedModel>> models,
    Optional<ListFile> file,
    Duration poll,
    Optional<TlsIdentity> tls,
    boolean tensorContent,
    boolean labelsOfUnwanted,
    List<String> warnings) {
  /** No flag of TensorFlow Serving. */
  public static final TfServingSetup NONE =
      new TfServingSetup(
          Map.of(),
          ModelSettings.DEFAULT,
          Optional.empty(),
          Optional.empty(),
          Duration.ZERO,
          Optional.empty(),
          false,
          false,
          List.of());

  /** The same with one more warning. */
  public TfServingSetup warning(String text) {
    List<String> more = new ArrayList<>(warnings);
    more.add(text);
    return new TfServingSetup(
        options,
        defaults,
        models,
        file,
        poll,
        tls,
        tensorContent,
        labelsOfUnwanted,
        List.copyOf(more));
  }

  /**
   * A file as it was read at the start.
   *
   * @param file reads it again
   * @param text what it said
   */
  public record ListFile(ModelListFile file, String text) {}
}
