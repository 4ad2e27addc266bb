package dev.millrace.server.testing;

import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.TextDataset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** 3,000 sentences of reviews, labelled by people; the README beside them tells whence. */
public final class Reviews {
  private Reviews() {}

  /** Puts them into a folder of datasets as {@code reviews}. */
  public static void writeTo(Path datasets) {
    try {
      Path folder = Files.createDirectories(datasets.resolve("reviews"));
      for (String file : List.of("reviews.csv.gz", "dataset.yaml")) {
        try (InputStream in =
            Objects.requireNonNull(
                Reviews.class.getResourceAsStream("/datasets/reviews/" + file))) {
          Files.copy(in, folder.resolve(file));
        }
      }
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /** All of them, in a folder of datasets that has none of this name. */
  public static TextDataset in(Path datasets) {
    writeTo(datasets);
    return (TextDataset) new Datasets(datasets).read("reviews");
  }
}
