package dev.millrace.server.boot.config.tfserving;

import dev.millrace.server.boot.config.ConfigurationException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The flags that somebody has given, checked. Immutable. */
final class FlagValues {
  private final Map<TfServingFlag, String> values = new EnumMap<>(TfServingFlag.class);

  /**
   * Checks values; an empty one is as good as none, as it is for TensorFlow Serving.
   *
   * @throws ConfigurationException for a value that the flag does not take
   */
  FlagValues(Map<TfServingFlag, String> given) {
    given.forEach(
        (flag, value) -> {
          if (value.isEmpty()) {
            return;
          }
          if (!flag.accepts(value)) {
            throw new ConfigurationException(
                flag.option() + " must be " + flag.expected() + ", and is '" + value + "'");
          }
          values.put(flag, value);
        });
  }

  Optional<String> text(TfServingFlag flag) {
    return Optional.ofNullable(values.get(flag));
  }

  /** A number above 0; empty for others. */
  Optional<Integer> positive(TfServingFlag flag) {
    return text(flag).map(Integer::valueOf).filter(number -> number > 0);
  }

  /** Empty for a switch that was not given. */
  Optional<Boolean> isOn(TfServingFlag flag) {
    return text(flag).map(Boolean::valueOf);
  }

  /** Warnings of flags that have no effect, in the order of the table. */
  List<String> warnings() {
    return values.entrySet().stream()
        .flatMap(given -> given.getKey().warning(given.getValue()).stream())
        .toList();
  }
}
