package dev.millrace.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Models that can be trained further, as {@code export_trainable.py} exports them. */
public final class TrainableModels {
  private TrainableModels() {}

  /** A softmax regression for digits that has learned nothing yet. */
  public static void softmax(Path folder) {
    try {
      Files.createDirectories(folder.resolve("variables"));
      for (String file :
          List.of(
              "saved_model.pb",
              "variables/variables.index",
              "variables/variables.data-00000-of-00001")) {
        try (InputStream in =
            Objects.requireNonNull(
                TrainableModels.class.getResourceAsStream("/trainable/softmax/" + file))) {
          Files.copy(in, folder.resolve(file));
        }
      }
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }
}
