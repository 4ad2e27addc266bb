package dev.millrace.server.dataset;

import dev.millrace.server.dataset.DatasetFiles.KnownDigest;
import dev.millrace.server.model.ServingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Makes a dataset of four IDX files: checks them against one another and splits them. */
final class DatasetReader {
  /** Every twelfth training example, taken from the end, is for validation: 5,000 of MNIST. */
  private static final int VALIDATION_SHARE = 12;

  private final String name;
  private final DatasetFiles files;
  private final DatasetFaults faults;

  DatasetReader(String name, DatasetFiles files, DatasetFaults faults) {
    this.name = name;
    this.files = files;
    this.faults = faults;
  }

  /**
   * Reads and checks all four files.
   *
   * @throws ServingException DATASET_INVALID
   */
  Dataset read() {
    Map<DatasetRole, IdxFile> contents = new EnumMap<>(DatasetRole.class);
    for (DatasetRole role : DatasetRole.values()) {
      contents.put(role, readFile(role));
    }
    LabelledImages training =
        join(contents, DatasetRole.TRAIN_IMAGES, DatasetRole.TRAIN_LABELS, "training");
    LabelledImages test = join(contents, DatasetRole.TEST_IMAGES, DatasetRole.TEST_LABELS, "test");
    if (training.height() != test.height() || training.width() != test.width()) {
      throw faults.invalid("training and test images differ in size");
    }
    if (training.count() < 2) {
      throw faults.invalid("it needs at least 2 training examples");
    }
    int kept = training.count() - Math.max(1, training.count() / VALIDATION_SHARE);
    return new Dataset(
        name,
        digest(contents),
        training.slice(0, kept),
        training.slice(kept, training.count()),
        test);
  }

  private IdxFile readFile(DatasetRole role) {
    DatasetFile file = files.find(role);
    Optional<KnownDigest> known = files.digest(file);
    IdxFile content = IdxFile.read(file, role.rank(), faults);
    known.ifPresent(
        digest -> {
          String found = digest.ofContent() ? content.contentDigest() : content.keptDigest();
          if (!found.equals(digest.sha256())) {
            throw faults.invalid(
                file.name(), "has SHA-256 " + found + ", expected " + digest.sha256());
          }
        });
    return content;
  }

  private LabelledImages join(
      Map<DatasetRole, IdxFile> contents,
      DatasetRole imageRole,
      DatasetRole labelRole,
      String what) {
    IdxFile images = get(contents, imageRole);
    IdxFile labels = get(contents, labelRole);
    int imageCount = images.dimensions().get(0);
    int labelCount = labels.dimensions().get(0);
    if (imageCount != labelCount) {
      throw faults.invalid(imageCount + " " + what + " images have " + labelCount + " labels");
    }
    return LabelledImages.of(
        images.values(), labels.values(), images.dimensions().get(1), images.dimensions().get(2));
  }

  private static String digest(Map<DatasetRole, IdxFile> contents) {
    StringBuilder digests = new StringBuilder();
    for (DatasetRole role : DatasetRole.values()) {
      digests.append(get(contents, role).contentDigest()).append('\n');
    }
    return sha256(digests.toString());
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static IdxFile get(Map<DatasetRole, IdxFile> contents, DatasetRole role) {
    IdxFile content = contents.get(role);
    if (content == null) {
      throw new IllegalStateException("no " + role + " was read");
    }
    return content;
  }
}
