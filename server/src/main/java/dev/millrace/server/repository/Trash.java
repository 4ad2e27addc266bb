package dev.millrace.server.repository;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder {@code .trash} of a repository, {@code .trash/<model>/<version>}: versions that were
 * taken out by one rename and whose files are not gone yet. What lies here is on its way out,
 * whatever else is known of it. Thread-safe.
 */
public final class Trash {
  private static final String NAME = ".trash";

  private final Path root;
  private final BasePaths basePaths;

  Trash(Path repository, BasePaths basePaths) {
    this.root = repository;
    this.basePaths = basePaths;
  }

  /** Takes a version out of the repository, whole and for good on return. */
  public void take(VersionId id) throws IOException {
    if (basePaths.has(id.model())) {
      throw new FileSystemException(id.model().id(), null, "its base path is read-only");
    }
    Path target = place(id);
    new FileTree(target).delete();
    Files.createDirectories(folder(id));
    FileTree.sync(root.resolve(NAME));
    FileTree.sync(root);
    Files.move(version(id), target, StandardCopyOption.ATOMIC_MOVE);
    FileTree.sync(folder(id));
    FileTree.sync(root.resolve(id.model().id()));
  }

  /** Puts a version back where it was. */
  public void restore(VersionId id) throws IOException {
    Files.move(place(id), version(id), StandardCopyOption.ATOMIC_MOVE);
    FileTree.sync(root.resolve(id.model().id()));
    FileTree.sync(folder(id));
  }

  /** Deletes the files of a version that was taken out. */
  public void clear(VersionId id) throws IOException {
    new FileTree(place(id)).delete();
    deleteIfEmpty(folder(id));
    deleteIfEmpty(root.resolve(NAME));
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException othersLieThere) {
      FileTree.sync(folder);
    }
  }

  /** The versions whose files are still here. */
  public List<VersionId> contents() throws IOException {
    List<VersionId> contents = new ArrayList<>();
    if (!Files.isDirectory(root.resolve(NAME))) {
      return contents;
    }
    for (Path model : ModelRepository.folders(root.resolve(NAME))) {
      String name = model.getFileName().toString();
      if (ModelName.isValid(name)) {
        for (Path version : ModelRepository.folders(model)) {
          ModelRepository.number(version)
              .ifPresent(number -> contents.add(new VersionId(new ModelName(name), number)));
        }
      }
    }
    return contents;
  }

  private Path version(VersionId id) {
    return root.resolve(id.model().id()).resolve(Long.toString(id.number()));
  }

  private Path folder(VersionId id) {
    return root.resolve(NAME).resolve(id.model().id());
  }

  private Path place(VersionId id) {
    return folder(id).resolve(Long.toString(id.number()));
  }
}
