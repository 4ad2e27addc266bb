package dev.millrace.server.training;

import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a recipe is called and what it takes, known without building anything.
 *
 * @param name such as {@code mnist-cnn}
 * @param help one line for a person
 * @param defaultModel the model that it trains when none is named
 * @param defaultDataset the dataset that it learns from when none is named
 * @param datasetKinds the kinds of dataset that it can learn from
 * @param parameters its parameters, in the order to show them
 */
public record RecipeDescription(
    String name,
    String help,
    ModelName defaultModel,
    String defaultDataset,
    Set<DatasetKind> datasetKinds,
    List<ParameterSpec> parameters) {
  /**
   * The parameter that names the version that a run goes on from, of the model that it trains; 0
   * for none. A recipe that has it can go on from an earlier version.
   */
  public static final String FROM_VERSION = "from_version";

  /** Copies the collections. */
  public RecipeDescription {
    datasetKinds = Set.copyOf(datasetKinds);
    parameters = List.copyOf(parameters);
  }

  /** A recipe that learns from images. */
  public RecipeDescription(
      String name,
      String help,
      ModelName defaultModel,
      String defaultDataset,
      List<ParameterSpec> parameters) {
    this(name, help, defaultModel, defaultDataset, Set.of(DatasetKind.IMAGES), parameters);
  }

  /**
   * Every parameter with its value: the given one, or its default.
   *
   * @throws ServingException PARAMETER_INVALID with a violation for each unknown name and each bad
   *     value
   */
  public SortedMap<String, String> resolve(Map<String, String> given) {
    List<FieldViolation> violations = new ArrayList<>();
    SortedMap<String, String> resolved = new TreeMap<>();
    for (ParameterSpec parameter : parameters) {
      String value = given.getOrDefault(parameter.name(), parameter.defaultValue());
      parameter.check(value).ifPresent(violations::add);
      resolved.put(parameter.name(), value);
    }
    new TreeMap<>(given)
        .keySet().stream()
            .filter(name -> !resolved.containsKey(name))
            .map(this::unknown)
            .forEach(violations::add);
    if (!violations.isEmpty()) {
      throw ServingException.ofViolations(violations);
    }
    return Collections.unmodifiableSortedMap(resolved);
  }

  /**
   * The same recipe under another name, with other defaults.
   *
   * @param defaults by parameter, which must be the recipe's; the others keep theirs
   */
  public RecipeDescription withDefaults(
      String otherName, String otherHelp, Map<String, String> defaults) {
    resolve(defaults);
    return new RecipeDescription(
        otherName,
        otherHelp,
        defaultModel,
        defaultDataset,
        datasetKinds,
        parameters.stream()
            .map(one -> one.withDefault(defaults.getOrDefault(one.name(), one.defaultValue())))
            .toList());
  }

  private FieldViolation unknown(String name) {
    String known = parameters.stream().map(ParameterSpec::name).collect(Collectors.joining(", "));
    return new FieldViolation(
        "spec.parameters[\"" + FieldPath.shown(name) + "\"]",
        ErrorReason.PARAMETER_INVALID,
        "recipe '" + this.name + "' has no such parameter; it has " + known);
  }
}
