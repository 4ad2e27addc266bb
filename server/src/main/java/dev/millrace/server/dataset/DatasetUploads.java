package dev.millrace.server.dataset;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes datasets in: their files arrive in a folder apart, are held against their digests, and read
 * as a run would read them; then the folder becomes the dataset by one rename. What is refused or
 * breaks off leaves nothing behind. A dataset that is there is never changed. Thread-safe.
 */
public final class DatasetUploads {
  private static final Logger log = LoggerFactory.getLogger(DatasetUploads.class);

  // No name of a dataset begins with a dot.
  private static final String STAGING = ".uploads";

  private final Path directory;
  private final long maxBytes;
  private final Supplier<String> ids;
  private final Declarations declarations;
  private final InstantSource clock;

  /**
   * Uploads into a folder of datasets. What earlier ones left in it is deleted.
   *
   * @param directory made when it is needed
   * @param maxBytes most bytes of a dataset
   * @param ids names that have not been given out before
   */
  public DatasetUploads(Path directory, long maxBytes, Supplier<String> ids, InstantSource clock) {
    this.directory = directory;
    this.declarations = new Declarations(directory);
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.ids = ids;
    delete(directory.resolve(STAGING));
  }

  /**
   * True when there is a dataset of this name with exactly these files, so that nothing need be
   * sent.
   *
   * @throws ServingException as {@link #begin}
   */
  public boolean isThere(DatasetPlan plan) {
    plan.check(maxBytes);
    Path target = directory.resolve(plan.name());
    if (!Files.exists(target)) {
      return false;
    }
    Map<String, String> planned = new TreeMap<>();
    plan.files().forEach(file -> planned.put(file.name(), file.sha256()));
    Path sums = target.resolve(DatasetFolder.SUMS);
    if (Files.isRegularFile(sums)
        && Sha256Sums.read(sums, new DatasetFaults(plan.name())).byName().equals(planned)) {
      return true;
    }
    throw exists(plan.name());
  }

  /**
   * Begins an upload; the caller closes it.
   *
   * @throws ServingException NAME_INVALID, IMPORT_INVALID, REQUEST_TOO_LARGE, DATASET_EXISTS or
   *     DATASETS_UNWRITABLE
   */
  public DatasetUpload begin(DatasetPlan plan) {
    if (isThere(plan)) {
      throw exists(plan.name());
    }
    Path root = directory.resolve(STAGING).resolve(ids.get());
    Path files = root.resolve(plan.name());
    try {
      Files.createDirectories(files);
      return new DatasetUpload(plan, files, () -> delete(root));
    } catch (IOException unwritable) {
      throw unwritable(unwritable);
    }
  }

  /**
   * Makes an upload that is whole a dataset.
   *
   * @throws ServingException IMPORT_INVALID if a file is not what was planned; DATASET_INVALID if
   *     they make no dataset; DATASET_EXISTS; DATASETS_UNWRITABLE
   */
  public LabelledDataset finish(DatasetUpload upload) {
    DatasetPlan plan = upload.plan();
    upload.verify();
    Path staged = upload.folder();
    LabelledDataset dataset =
        new Datasets(Optional.ofNullable(staged.getParent()).orElseThrow()).read(plan.name());
    synchronized (this) {
      Path target = directory.resolve(plan.name());
      if (Files.exists(target)) {
        throw exists(plan.name());
      }
      try {
        declarations.write(plan.name(), declaration(plan, dataset.digest()));
        Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException unwritable) {
        throw unwritable(unwritable);
      }
    }
    return dataset;
  }

  private Declaration declaration(DatasetPlan plan, String digest) {
    Instant now = clock.instant();
    return new Declaration(
        plan.owner(), plan.purpose(), digest, Optional.of(now), plan.retention().map(now::plus));
  }

  /** Gives uploads of a dataset up that have not ended; their calls fail. */
  public int giveUp(String dataset) {
    int given = 0;
    try (Stream<Path> uploads = Files.list(directory.resolve(STAGING))) {
      for (Path upload : uploads.filter(one -> Files.exists(one.resolve(dataset))).toList()) {
        delete(upload);
        given++;
      }
    } catch (IOException noneUnderWay) {
      log.debug("no uploads of datasets are under way", noneUnderWay);
    }
    return given;
  }

  private static ServingException exists(String name) {
    return new ServingException(
        ErrorReason.DATASET_EXISTS,
        "there is a dataset '"
            + name
            + "' already, with other files; take another name, since what was trained on it must"
            + " stay what it was",
        Map.of("dataset", name));
  }

  static ServingException unwritable(IOException cause) {
    return new ServingException(
            ErrorReason.DATASETS_UNWRITABLE,
            "the datasets folder takes no writes; is its disk full or read-only?")
        .causedBy(cause);
  }

  private static void delete(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> entries = Files.walk(root)) {
      all = entries.sorted(Comparator.reverseOrder()).toList();
      for (Path entry : all) {
        Files.deleteIfExists(entry);
      }
    } catch (IOException undeletable) {
      log.warn("an upload of a dataset could not be deleted", undeletable);
    }
  }
}
