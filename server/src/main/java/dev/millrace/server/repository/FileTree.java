package dev.millrace.server.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A folder with everything in it: listed, digested, synced, copied or deleted as one. */
final class FileTree {
  // What is told of the files, and is none of them.
  private static final Set<String> BESIDE = Set.of(Manifest.FILE_NAME, SignedStatement.FILE_NAME);

  private final Path root;

  FileTree(Path root) {
    this.root = root;
  }

  /** All regular files but manifest and signature, ordered by path; links are not followed. */
  List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> !BESIDE.contains(root.relativize(file).toString()))
          .sorted(Comparator.comparing(this::name))
          .toList();
    } catch (UncheckedIOException wrapped) {
      throw wrapped.getCause();
    }
  }

  /**
   * The first of what is neither file nor folder: a link, a pipe, a device; empty when there is
   * none. A link leads to files that nobody has looked at.
   */
  Optional<String> oddity() throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(
              path ->
                  !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                      && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .map(this::name)
          .sorted()
          .findFirst();
    } catch (UncheckedIOException wrapped) {
      throw wrapped.getCause();
    }
  }

  /** All regular files but manifest and signature with sizes and digests, ordered by path. */
  List<FileEntry> entries() throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    for (Path file : files()) {
      entries.add(new FileEntry(name(file), Files.size(file), Sha256.of(file)));
    }
    return entries;
  }

  /**
   * Forces files and folders to the disk, so that a rename after it cannot expose what is not
   * there.
   */
  void sync() throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.toList();
    }
    for (Path path : all) {
      sync(path);
    }
  }

  /** Forces one file or folder to the disk. */
  static void sync(Path path) throws IOException {
    boolean folder = Files.isDirectory(path);
    try (FileChannel channel =
        FileChannel.open(path, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders.
      if (!folder) {
        throw e;
      }
    }
  }

  /** Copies everything to a folder that does not exist yet. */
  void copyTo(Path target) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.toList();
    }
    for (Path path : all) {
      Files.copy(path, target.resolve(root.relativize(path).toString()));
    }
  }

  /** Deletes the folder and everything in it, if it is there. */
  void delete() throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
