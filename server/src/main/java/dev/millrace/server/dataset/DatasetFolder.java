package dev.millrace.server.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A dataset kept as files of a folder, which may tell their digests in {@code SHA256SUMS}. */
final class DatasetFolder implements DatasetFiles {
  static final String SUMS = "SHA256SUMS";

  private static final int MAX_ENTRIES = 1000;

  private final Path root;
  private final List<Path> files;
  private final DatasetFaults faults;
  private final Optional<Sha256Sums> sums;

  private DatasetFolder(
      Path root, List<Path> files, DatasetFaults faults, Optional<Sha256Sums> sums) {
    this.root = root;
    this.files = files;
    this.faults = faults;
    this.sums = sums;
  }

  /**
   * Lists a folder.
   *
   * @param root the real path that no file may lead out of
   * @param folder the dataset's folder
   */
  static DatasetFolder open(Path root, Path folder, DatasetFaults faults) {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.filter(Files::isRegularFile).limit(MAX_ENTRIES + 1L).sorted().toList();
    } catch (IOException | UncheckedIOException unreadable) {
      throw faults.invalid("its folder cannot be read").causedBy(unreadable);
    }
    if (files.size() > MAX_ENTRIES) {
      throw faults.invalid("its folder has more than " + MAX_ENTRIES + " files");
    }
    Optional<Sha256Sums> sums =
        files.stream()
            .filter(file -> name(file).equals(SUMS))
            .findFirst()
            .map(file -> Sha256Sums.read(inside(root, file, faults), faults));
    return new DatasetFolder(root, files, faults, sums);
  }

  /** Names of its files, sorted. */
  List<String> names() {
    return files.stream().map(DatasetFolder::name).toList();
  }

  /** Names, sizes and times of its files. */
  String stamp() {
    StringBuilder stamp = new StringBuilder();
    for (Path file : files) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        stamp.append(name(file)).append('\n').append(found.size()).append(' ');
        stamp.append(found.lastModifiedTime().toInstant()).append('\n');
      } catch (IOException unreadable) {
        throw faults.invalid(name(file), "cannot be read").causedBy(unreadable);
      }
    }
    return stamp.toString();
  }

  /** One of its files. */
  DatasetFile file(String name) {
    Path file =
        files.stream()
            .filter(each -> name(each).equals(name))
            .findFirst()
            .orElseThrow(() -> faults.invalid("it has no file " + name));
    Path real = inside(root, file, faults);
    return new DatasetFile(name, () -> Files.newInputStream(real));
  }

  @Override
  public DatasetFile find(DatasetRole role) {
    List<Path> found =
        files.stream().filter(file -> role.matches(DatasetFile.plainName(name(file)))).toList();
    List<String> plainNames =
        found.stream().map(file -> DatasetFile.plainName(name(file))).distinct().toList();
    if (plainNames.isEmpty()) {
      throw faults.invalid(
          "it has no file " + role.usualName() + " or " + role.usualName() + ".gz");
    }
    if (plainNames.size() > 1) {
      throw faults.invalid(
          "more than one file could be " + role.usualName() + ": " + String.join(", ", plainNames));
    }
    Path file = inside(root, found.get(0), faults);
    return new DatasetFile(name(found.get(0)), () -> Files.newInputStream(file));
  }

  @Override
  public Optional<KnownDigest> digest(DatasetFile file) {
    return sums.map(known -> known.of(file, faults));
  }

  private static Path inside(Path root, Path file, DatasetFaults faults) {
    try {
      Path real = file.toRealPath();
      if (real.startsWith(root)) {
        return real;
      }
    } catch (IOException unreadable) {
      throw faults.invalid(name(file), "cannot be read").causedBy(unreadable);
    }
    throw faults.invalid(name(file), "is a link that leads out of the datasets folder");
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
