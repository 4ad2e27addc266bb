package dev.millrace.server.dataset;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The datasets that recipes can learn from: {@code mnist}, which is built in, and the sub-folders
 * of one folder. Safe for use by many threads; keeps nothing in memory.
 *
 * <p>A folder of images holds four IDX files under MNIST's names, or with a prefix before them and
 * {@code test} for {@code t10k} as EMNIST has them, each plain or compressed with gzip. A file
 * {@code SHA256SUMS} beside them is checked when there is one.
 */
public final class Datasets {
  private final Path directory;

  /**
   * Datasets of a folder, beside the built-in one.
   *
   * @param directory has a sub-folder a dataset; need not exist
   */
  public Datasets(Path directory) {
    this.directory = directory;
  }

  /** The names of all datasets, sorted; the files of each are not looked at. */
  public List<String> names() {
    SortedSet<String> names = new TreeSet<>(List.of(BuiltInMnist.NAME));
    try (Stream<Path> entries = Files.list(directory)) {
      entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(name -> folder(name).isPresent())
          .forEach(names::add);
    } catch (IOException | UncheckedIOException noFolder) {
      return List.copyOf(names);
    }
    return List.copyOf(names);
  }

  /**
   * What the examples of a dataset are, by the names of its files.
   *
   * @throws ServingException DATASET_NOT_FOUND; DATASET_INVALID if its folder cannot be read
   */
  public DatasetKind kind(String name) {
    if (name.equals(BuiltInMnist.NAME)) {
      return DatasetKind.IMAGES;
    }
    DatasetFaults faults = new DatasetFaults(name);
    Folder folder = folder(name).orElseThrow(faults::notFound);
    return TextDatasetReader.isMeant(DatasetFolder.open(folder.root(), folder.path(), faults))
        ? DatasetKind.TEXTS
        : DatasetKind.IMAGES;
  }

  /**
   * Changes when a file of a dataset does, by names, sizes and times of them; their content is not
   * looked at.
   *
   * @throws ServingException DATASET_NOT_FOUND; DATASET_INVALID if its folder cannot be read
   */
  String stamp(String name) {
    if (name.equals(BuiltInMnist.NAME)) {
      return name;
    }
    DatasetFaults faults = new DatasetFaults(name);
    Folder folder = folder(name).orElseThrow(faults::notFound);
    return DatasetFolder.open(folder.root(), folder.path(), faults).stamp();
  }

  /** True when there is a dataset of this name; its files are not looked at. */
  public boolean contains(String name) {
    return name.equals(BuiltInMnist.NAME) || folder(name).isPresent();
  }

  /**
   * Checks that there is a dataset of this name; its files are not looked at.
   *
   * @throws ServingException DATASET_NOT_FOUND
   */
  public void require(String name) {
    if (!contains(name)) {
      throw new DatasetFaults(name).notFound();
    }
  }

  /**
   * Reads a dataset into memory and checks it.
   *
   * @throws ServingException DATASET_NOT_FOUND; DATASET_INVALID if a file is missing, damaged, of
   *     another form, or not of the digest that it should have
   */
  public LabelledDataset read(String name) {
    DatasetFaults faults = new DatasetFaults(name);
    if (name.equals(BuiltInMnist.NAME)) {
      return new DatasetReader(name, new BuiltInMnist(), faults).read();
    }
    Folder folder = folder(name).orElseThrow(faults::notFound);
    DatasetFolder files = DatasetFolder.open(folder.root(), folder.path(), faults);
    return TextDatasetReader.isMeant(files)
        ? new TextDatasetReader(name, files, faults).read()
        : new DatasetReader(name, files, faults).read();
  }

  /**
   * Reads a dataset of images.
   *
   * @throws ServingException as {@link #read}; also DATASET_INVALID if it is of another kind
   */
  public Dataset load(String name) {
    if (read(name) instanceof Dataset images) {
      return images;
    }
    throw new DatasetFaults(name).invalid("it has texts, images are needed");
  }

  private Optional<Folder> folder(String name) {
    if (!ModelName.isValid(name)) {
      return Optional.empty();
    }
    try {
      Path root = directory.toRealPath();
      Path folder = root.resolve(name).toRealPath();
      boolean inside = folder.startsWith(root) && !folder.equals(root);
      return inside && Files.isDirectory(folder)
          ? Optional.of(new Folder(root, folder))
          : Optional.empty();
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  private record Folder(Path root, Path path) {}
}
