package dev.millrace.server.dataset;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the folders of datasets go that are deleted: by one rename out of everybody's sight, and
 * then file by file. Thread-safe as long as no two delete the same dataset.
 */
public final class DatasetTrash {
  private static final String FILES = "files";

  private final Path directory;

  /**
   * A trash beside datasets.
   *
   * @param directory the folder of the datasets
   */
  public DatasetTrash(Path directory) {
    this.directory = directory;
  }

  /**
   * A file that was deleted.
   *
   * @param name its path within the dataset's folder
   * @param bytes its size
   * @param sha256 of its content, in hexadecimal
   */
  public record Deleted(String name, long bytes, String sha256) {}

  /**
   * Takes a dataset out of sight; nothing happens when that was done already.
   *
   * @param id of the deletion
   * @throws ServingException as {@link #requireDeletable}; also DATASETS_UNWRITABLE
   */
  public void take(String dataset, String id) {
    Path folder = directory.resolve(dataset);
    if (Files.exists(place(id).resolve(FILES)) || !Files.exists(folder)) {
      return;
    }
    requireDeletable(dataset);
    try {
      Files.createDirectories(place(id));
      Files.move(folder, place(id).resolve(FILES), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritable) {
      throw DatasetUploads.unwritable(unwritable);
    }
  }

  /**
   * Deletes what was taken.
   *
   * @return the files, in the order of their names
   * @throws ServingException DATASETS_UNWRITABLE
   */
  public List<Deleted> empty(String id) {
    List<Deleted> deleted = new ArrayList<>();
    Path files = place(id).resolve(FILES);
    if (!Files.exists(place(id))) {
      return deleted;
    }
    try (Stream<Path> tree = Files.walk(place(id))) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          deleted.add(
              new Deleted(
                  files.relativize(entry).toString(),
                  Files.size(entry),
                  DatasetUpload.sha256(entry)));
        }
        Files.delete(entry);
      }
    } catch (IOException undeletable) {
      throw DatasetUploads.unwritable(undeletable);
    }
    deleted.sort(Comparator.comparing(Deleted::name));
    return deleted;
  }

  /**
   * Checks that a dataset is there and may be deleted.
   *
   * @throws ServingException NAME_INVALID for the built-in one, DATASET_NOT_FOUND, DATASET_INVALID
   *     if its folder is a link
   */
  public void requireDeletable(String dataset) {
    if (dataset.equals(BuiltInMnist.NAME)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID, "dataset 'mnist' is built in and cannot be deleted");
    }
    DatasetFaults faults = new DatasetFaults(dataset);
    if (!ModelName.isValid(dataset) || !Files.isDirectory(directory.resolve(dataset))) {
      throw faults.notFound();
    }
    if (!Files.isDirectory(directory.resolve(dataset), LinkOption.NOFOLLOW_LINKS)) {
      throw faults.invalid("its folder is a link; delete what it leads to, and the link, by hand");
    }
  }

  private Path place(String id) {
    return directory.resolve(".deleted").resolve(id);
  }
}
