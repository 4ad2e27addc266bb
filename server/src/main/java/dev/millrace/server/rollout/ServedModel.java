package dev.millrace.server.rollout;

import dev.millrace.server.model.ModelName;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A model of a list that says what shall be served.
 *
 * @param name the model
 * @param basePath the folder of its versions; empty for the one in the repository
 * @param versions which of its versions
 * @param labels versions by label; all labels of the model but the champion's
 */
public record ServedModel(
    ModelName name, Optional<Path> basePath, Versions versions, SortedMap<String, Long> labels) {
  /** Copies the map. */
  public ServedModel {
    labels = new TreeMap<>(labels);
  }

  /** Which versions of a model are served. */
  public sealed interface Versions {
    /** So many of the newest. */
    record Latest(int count) implements Versions {}

    /** All that there are. */
    record All() implements Versions {}

    /** These. */
    record Specific(Set<Long> numbers) implements Versions {
      /** Copies the set. */
      public Specific {
        numbers = Set.copyOf(numbers);
      }
    }

    /** Those of the numbers that there are. */
    default Set<Long> of(SortedSet<Long> known) {
      if (this instanceof Latest latest) {
        Set<Long> newest = new TreeSet<>();
        known.stream().skip(Math.max(0, known.size() - latest.count())).forEach(newest::add);
        return newest;
      }
      return this instanceof Specific specific ? specific.numbers() : known;
    }
  }
}
