package dev.millrace.server.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Where a dataset's four files come from. */
interface DatasetFiles {
  /** The four files of the MNIST form. */
  enum Role {
    TRAIN_IMAGES("train-images-idx3-ubyte", 3),
    TRAIN_LABELS("train-labels-idx1-ubyte", 1),
    TEST_IMAGES("t10k-images-idx3-ubyte", 3),
    TEST_LABELS("t10k-labels-idx1-ubyte", 1);

    private final String fileName;
    private final int dimensions;

    Role(String fileName, int dimensions) {
      this.fileName = fileName;
      this.dimensions = dimensions;
    }

    /** The file's name in MNIST, without {@code .gz}. */
    String fileName() {
      return fileName;
    }

    int dimensions() {
      return dimensions;
    }
  }

  /**
   * Opens one file, plain or gzipped; the caller closes it.
   *
   * @throws IOException if it is not there
   */
  InputStream open(Role role) throws IOException;

  /** SHA-256 that the plain files must have, in hexadecimal; roles without one are not checked. */
  Map<Role, String> expectedDigests() throws IOException;
}
