package dev.millrace.server.boot.command;

import dev.millrace.server.model.ModelName;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The folder of a version, and the model whose version it is. */
final class SignedFolder {
  @Parameters(paramLabel = "FOLDER", description = "folder of the version")
  private Path folder = Path.of("");

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "the model's name (default: that of the folder around FOLDER)")
  private String model = "";

  /**
   * The folder.
   *
   * @throws IllegalArgumentException if there is no model in it
   */
  Path folder() {
    if (!Files.isRegularFile(folder.resolve("saved_model.pb"))) {
      throw new IllegalArgumentException(
          "'" + folder + "' is no version: it has no saved_model.pb");
    }
    return folder;
  }

  /**
   * The model.
   *
   * @throws IllegalArgumentException if the folder around it is none, and no other is named
   */
  ModelName model() {
    Path around = folder.toAbsolutePath().normalize().getParent();
    Path name = around == null ? null : around.getFileName();
    String chosen = model.isEmpty() && name != null ? name.toString() : model;
    if (!ModelName.isValid(chosen)) {
      throw new IllegalArgumentException(
          "'" + chosen + "' is no name of a model; name it with --model");
    }
    return new ModelName(chosen);
  }
}
