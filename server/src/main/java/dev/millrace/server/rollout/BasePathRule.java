package dev.millrace.server.rollout;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * Which folders a caller may name as a base path: those below the roots that the operator has
 * named, and those beside the base paths that the operator's own configuration has. A caller could
 * otherwise have any folder of the machine read. Thread-safe.
 */
public final class BasePathRule {
  private final Set<Path> roots = new CopyOnWriteArraySet<>();

  /** A rule with roots. */
  public BasePathRule(Collection<Path> roots) {
    this.roots.addAll(roots);
  }

  /** Takes what lies beside an operator's base path for allowed from now on. */
  void learn(Path basePath) {
    Path parent = basePath.toAbsolutePath().normalize().getParent();
    // A base path at the root of the file system would allow all of it.
    if (parent != null && parent.getParent() != null) {
      roots.add(parent);
    } else {
      roots.add(basePath);
    }
  }

  /**
   * Passes for a folder that a caller may name. Links are followed before the comparison.
   *
   * @throws ServingException PARAMETER_INVALID
   */
  void check(ModelName model, Path basePath) {
    for (Path root : roots) {
      if (isBelow(root, basePath)) {
        return;
      }
    }
    throw new ServingException(
        ErrorReason.PARAMETER_INVALID,
        "base_path of model "
            + model
            + " is not below a folder that callers may name; the server's operator allows one"
            + " with --model-roots",
        Map.of("model", model.id()));
  }

  private static boolean isBelow(Path root, Path basePath) {
    try {
      return Files.exists(root) && basePath.toRealPath().startsWith(root.toRealPath());
    } catch (IOException absent) {
      return false;
    }
  }
}
