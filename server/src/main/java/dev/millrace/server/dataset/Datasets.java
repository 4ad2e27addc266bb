package dev.millrace.server.dataset;

import dev.millrace.server.dataset.DatasetFiles.Role;
import dev.millrace.server.dataset.IdxReader.IdxFile;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The datasets that can be learned from: {@code mnist}, which is built in, and the sub-folders of
 * one folder. Thread-safe.
 */
public final class Datasets {
  private static final int LARGEST_VALIDATION = 5_000;

  private final Path folder;
  private final IdxReader reader = new IdxReader();

  /**
   * Datasets of a folder, which need not exist.
   *
   * @param folder has a sub-folder for each dataset
   */
  public Datasets(Path folder) {
    this.folder = folder;
  }

  /** True when there is a dataset of this name; its files may still be damaged. */
  public boolean exists(String name) {
    return name.equals(BuiltInMnist.NAME)
        || (ModelName.isValid(name) && Files.isDirectory(folder.resolve(name)));
  }

  /**
   * Reads and checks a dataset. The last 5,000 training examples, or a twelfth if that is fewer,
   * become the validation split: for MNIST 55,000 train, 5,000 validation and 10,000 test.
   *
   * @throws ServingException DATASET_NOT_FOUND or DATASET_INVALID
   */
  public Dataset load(String name) {
    if (!exists(name)) {
      throw new ServingException(
          ErrorReason.DATASET_NOT_FOUND,
          "no dataset of this name; there is 'mnist', and every sub-folder of the server's datasets folder");
    }
    DatasetFiles files =
        name.equals(BuiltInMnist.NAME)
            ? new BuiltInMnist()
            : new DatasetFolder(folder.resolve(name));
    Map<Role, IdxFile> read = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      read.put(role, read(name, files, role));
    }
    LabelledImages all = images(name, read, Role.TRAIN_IMAGES, Role.TRAIN_LABELS);
    LabelledImages test = images(name, read, Role.TEST_IMAGES, Role.TEST_LABELS);
    if (all.height() != test.height() || all.width() != test.width()) {
      throw invalid(
          name, Role.TEST_IMAGES, "its images are not of the size of the training images");
    }
    int validation = Math.max(1, Math.min(LARGEST_VALIDATION, all.count() / 12));
    int split = all.count() - validation;
    if (split < 1) {
      throw invalid(name, Role.TRAIN_IMAGES, "it holds fewer than two images");
    }
    return new Dataset(
        name, digest(read), all.slice(0, split), all.slice(split, all.count()), test);
  }

  private IdxFile read(String name, DatasetFiles files, Role role) {
    try (InputStream in = files.open(role)) {
      IdxFile file = reader.read(in, role.dimensions());
      String expected = files.expectedDigests().getOrDefault(role, file.sha256());
      if (!expected.equals(file.sha256())) {
        throw invalid(
            name, role, "its SHA-256 is " + file.sha256() + " where " + expected + " belongs");
      }
      return file;
    } catch (IOException damaged) {
      throw invalid(name, role, String.valueOf(damaged.getMessage())).causedBy(damaged);
    }
  }

  private static LabelledImages images(
      String name, Map<Role, IdxFile> read, Role imagesRole, Role labelsRole) {
    IdxFile images = file(read, imagesRole);
    IdxFile labels = file(read, labelsRole);
    if (images.sizes()[0] != labels.sizes()[0]) {
      throw invalid(
          name,
          labelsRole,
          "it has " + labels.sizes()[0] + " labels for " + images.sizes()[0] + " images");
    }
    return LabelledImages.of(images.bytes(), labels.bytes(), images.sizes()[1], images.sizes()[2]);
  }

  private static IdxFile file(Map<Role, IdxFile> read, Role role) {
    IdxFile file = read.get(role);
    if (file == null) {
      throw new IllegalStateException(role + " was not read");
    }
    return file;
  }

  private static String digest(Map<Role, IdxFile> read) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Arrays.stream(Role.values())
          .map(role -> file(read, role).sha256())
          .forEach(sha256 -> digest.update(sha256.getBytes(StandardCharsets.US_ASCII)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private static ServingException invalid(String name, Role role, String why) {
    return new ServingException(
        ErrorReason.DATASET_INVALID,
        "dataset '" + name + "', file " + role.fileName() + ": " + why,
        Map.of("dataset", name));
  }
}
