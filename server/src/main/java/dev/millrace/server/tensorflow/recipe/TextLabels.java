package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The labels of a model's classes, a line each, in {@code assets.extra/labels.txt}. */
final class TextLabels {
  private TextLabels() {}

  /** Writes them beside a SavedModel. */
  static void write(Path savedModel, List<String> labels) throws IOException {
    Path file = in(savedModel);
    Files.createDirectories(savedModel.resolve("assets.extra"));
    Files.write(file, labels.stream().map(TextLabels::line).toList(), StandardCharsets.UTF_8);
  }

  /**
   * Holds a version's labels against a dataset's.
   *
   * @throws ServingException PARENT_UNFIT if they are others
   */
  static void requireSame(Path savedModel, List<String> labels) {
    List<String> known;
    try {
      known = Files.readAllLines(in(savedModel), StandardCharsets.UTF_8);
    } catch (IOException none) {
      throw unfit("has no labels; it must be trained by text-classifier").causedBy(none);
    }
    if (!known.equals(labels.stream().map(TextLabels::line).toList())) {
      throw unfit("knows other labels than the dataset has");
    }
  }

  private static String line(String label) {
    return label.replace('\n', ' ').replace('\r', ' ');
  }

  private static Path in(Path savedModel) {
    return savedModel.resolve("assets.extra").resolve("labels.txt");
  }

  private static ServingException unfit(String why) {
    return new ServingException(ErrorReason.PARENT_UNFIT, "from_version " + why);
  }
}
