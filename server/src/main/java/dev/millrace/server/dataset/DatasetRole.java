package dev.millrace.server.dataset;

import java.util.List;

/** The part that a file plays in a dataset, with the names by which it is found. */
enum DatasetRole {
  TRAIN_IMAGES(3, "train-images-idx3-ubyte"),
  TRAIN_LABELS(1, "train-labels-idx1-ubyte"),
  TEST_IMAGES(3, "t10k-images-idx3-ubyte", "test-images-idx3-ubyte"),
  TEST_LABELS(1, "t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte");

  private final int rank;
  private final List<String> names;

  DatasetRole(int rank, String... names) {
    this.rank = rank;
    this.names = List.of(names);
  }

  /** Number of dimensions that its file must have. */
  int rank() {
    return rank;
  }

  /** The name that MNIST gives the file. */
  String usualName() {
    return names.get(0);
  }

  /** True for a usual name, and for one with a prefix such as {@code emnist-digits-}. */
  boolean matches(String plainName) {
    return names.stream()
        .anyMatch(name -> plainName.equals(name) || plainName.endsWith("-" + name));
  }
}
