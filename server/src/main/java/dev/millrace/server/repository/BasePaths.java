package dev.millrace.server.repository;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders outside of the repository that models are read from instead, as TensorFlow Serving reads
 * them: {@code <base path>/<version>/}, where zeros may lead a number. Nothing is ever written to
 * them. Thread-safe.
 */
public final class BasePaths {
  private static final Logger log = LoggerFactory.getLogger(BasePaths.class);
  private static final Pattern NUMBER = Pattern.compile("0*([1-9][0-9]{0,17})");

  private volatile Map<ModelName, Path> paths = Map.of();

  BasePaths() {}

  /** Takes the place of what held before. */
  public void replace(Map<ModelName, Path> next) {
    paths = Map.copyOf(next);
  }

  /** True for a model that is read from outside of the repository. */
  public boolean has(ModelName model) {
    return paths.containsKey(model);
  }

  /** True for such a model whose folder is not there now; what is loaded of it had better stay. */
  boolean isOutOfReach(ModelName model) {
    Path path = paths.get(model);
    return path != null && !Files.isDirectory(path);
  }

  Map<ModelName, Path> all() {
    return paths;
  }

  Optional<Path> of(ModelName model) {
    return Optional.ofNullable(paths.get(model));
  }

  /** The folder of a version, which need not be there; empty for a model of the repository. */
  Optional<Path> version(VersionId id) {
    Path path = paths.get(id.model());
    if (path == null) {
      return Optional.empty();
    }
    Path folder = path.resolve(Long.toString(id.number()));
    return Optional.of(
        Files.isDirectory(folder) ? folder : versions(path).getOrDefault(id.number(), folder));
  }

  /** Folders of versions by number; empty when the base path cannot be read. */
  static SortedMap<Long, Path> versions(Path basePath) {
    SortedMap<Long, Path> versions = new TreeMap<>();
    if (!Files.isDirectory(basePath)) {
      return versions;
    }
    try {
      for (Path folder : ModelRepository.folders(basePath)) {
        Matcher name = NUMBER.matcher(folder.getFileName().toString());
        if (name.matches()) {
          // Of 1 and 001, the one without zeros counts.
          versions.merge(
              Long.parseLong(name.group(1)),
              folder,
              (one, other) ->
                  one.getFileName().toString().length() <= other.getFileName().toString().length()
                      ? one
                      : other);
        }
      }
    } catch (IOException unreadable) {
      log.debug("a base path cannot be read now", unreadable);
    }
    return versions;
  }
}
