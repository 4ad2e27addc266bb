package dev.millrace.client.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every combination of the values of some parameters. Stateless. */
final class Grid {
  /** Most combinations. */
  static final int MOST = 100;

  private Grid() {}

  /**
   * The combinations, the last parameter changing fastest.
   *
   * @param values by parameter, separated by commas
   * @throws IllegalArgumentException if a value is empty, or there are more than {@link #MOST}
   */
  static List<Map<String, String>> of(Map<String, String> values) {
    List<Map<String, String>> combinations = List.of(Map.of());
    for (Map.Entry<String, String> parameter : values.entrySet()) {
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> before : combinations) {
        for (String value : parameter.getValue().split(",", -1)) {
          if (value.isBlank()) {
            throw new IllegalArgumentException(
                "--set " + parameter.getKey() + " has an empty value; write it as NAME=V1,V2");
          }
          Map<String, String> combination = new LinkedHashMap<>(before);
          combination.put(parameter.getKey(), value.strip());
          longer.add(combination);
        }
      }
      if (longer.size() > MOST) {
        throw new IllegalArgumentException(
            "the values make more than " + MOST + " jobs; take fewer of them");
      }
      combinations = longer;
    }
    return combinations;
  }
}
