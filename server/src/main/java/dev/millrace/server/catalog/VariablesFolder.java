package dev.millrace.server.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The folder in which a SavedModel keeps its variables. TensorFlow loads one without its index in
 * silence, with no values in it, so somebody else must look.
 */
public final class VariablesFolder {
  private VariablesFolder() {}

  /** True when there are no variables, or there is an index to them. */
  public static boolean isWhole(Path savedModel) throws IOException {
    Path variables = savedModel.resolve("variables");
    if (!Files.isDirectory(variables)) {
      return true;
    }
    try (Stream<Path> files = Files.list(variables)) {
      return files.findAny().isEmpty() || Files.isRegularFile(variables.resolve("variables.index"));
    }
  }
}
