package dev.millrace.server.dataset;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The MNIST files that ship with the server. */
final class BuiltInMnist implements DatasetFiles {
  static final String NAME = "mnist";

  @Override
  public InputStream open(Role role) throws IOException {
    String resource = "/datasets/mnist/" + role.fileName() + ".gz";
    InputStream in = BuiltInMnist.class.getResourceAsStream(resource);
    if (in == null) {
      throw new FileNotFoundException("it is missing from the server's jar");
    }
    return in;
  }

  @Override
  public Map<Role, String> expectedDigests() {
    return Map.of(
        Role.TRAIN_IMAGES, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        Role.TRAIN_LABELS, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        Role.TEST_IMAGES, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        Role.TEST_LABELS, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");
  }
}
