package dev.millrace.server.repository;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of one version as they lie in its folder. Not thread-safe. */
public final class VersionFiles {
  private final VersionId id;
  private final Path directory;
  private final FileTree tree;
  private final ManifestFormat manifests = new ManifestFormat();
  private List<FileEntry> entries = List.of();

  /** Files of a version. */
  public VersionFiles(VersionId id, Path directory) {
    this.id = id;
    this.directory = directory;
    this.tree = new FileTree(directory);
  }

  /**
   * Reads every file.
   *
   * @return the version's identity: SHA-256, in hexadecimal, of its manifest, or of the list of its
   *     files (path, size and SHA-256 of each) where it has none
   * @throws ServingException MODEL_REFUSED if there is a link; DIGEST_MISMATCH if the files are not
   *     those of the manifest; LOAD_FAILED if they cannot be read
   */
  public String digest() {
    try {
      refuseOddities();
      entries = tree.entries();
      Path manifest = directory.resolve(Manifest.FILE_NAME);
      if (!Files.isRegularFile(manifest)) {
        StringBuilder list = new StringBuilder();
        for (FileEntry entry : entries) {
          list.append(entry.path()).append('\0').append(entry.size()).append('\0');
          list.append(entry.sha256()).append('\n');
        }
        return Sha256.of(list.toString());
      }
      String digest = Sha256.of(manifest);
      if (!entries.equals(manifests.read(directory).files())) {
        throw error(
            ErrorReason.DIGEST_MISMATCH,
            "the files of " + id + " are not those of its manifest; publish it anew");
      }
      return digest;
    } catch (IOException unreadable) {
      throw error(ErrorReason.LOAD_FAILED, "the files of " + id + " cannot be read")
          .causedBy(unreadable);
    }
  }

  /** The files as {@link #digest} has read them. */
  List<FileEntry> entries() {
    return entries;
  }

  /** What is known of the version, if it has a manifest that can be read. */
  Optional<Manifest> manifest() {
    try {
      return Files.isRegularFile(directory.resolve(Manifest.FILE_NAME))
          ? Optional.of(manifests.read(directory))
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private void refuseOddities() throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw error(
          ErrorReason.MODEL_REFUSED,
          id + " is not taken: its folder is a link; copy the files into the repository");
    }
    Optional<String> oddity = tree.oddity();
    if (oddity.isPresent()) {
      throw error(
          ErrorReason.MODEL_REFUSED,
          id
              + " is not taken: '"
              + oddity.get().replaceAll("\\p{Cntrl}", "?")
              + "' is a link or no file; copy the file itself");
    }
  }

  private ServingException error(ErrorReason reason, String message) {
    return new ServingException(
        reason, message, Map.of("model", id.model().id(), "version", Long.toString(id.number())));
  }
}
