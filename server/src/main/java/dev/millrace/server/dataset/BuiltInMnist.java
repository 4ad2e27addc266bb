package dev.millrace.server.dataset;

import java.io.FileNotFoundException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** MNIST as it comes with the server, pinned by the digests of its uncompressed files. */
final class BuiltInMnist implements DatasetFiles {
  static final String NAME = "mnist";

  private static final String FOLDER = "/datasets/mnist/";
  private static final Map<String, String> DIGESTS =
      Map.of(
          "train-images-idx3-ubyte",
          "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
          "train-labels-idx1-ubyte",
          "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
          "t10k-images-idx3-ubyte",
          "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
          "t10k-labels-idx1-ubyte",
          "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

  @Override
  public DatasetFile find(DatasetRole role) {
    String name = role.usualName() + ".gz";
    return new DatasetFile(name, () -> open(name));
  }

  @Override
  public Optional<KnownDigest> digest(DatasetFile file) {
    return Optional.ofNullable(DIGESTS.get(file.plainName()))
        .map(sha256 -> new KnownDigest(sha256, true));
  }

  private static InputStream open(String name) throws FileNotFoundException {
    InputStream stream = BuiltInMnist.class.getResourceAsStream(FOLDER + name);
    if (stream == null) {
      throw new FileNotFoundException(name);
    }
    return stream;
  }
}
