package dev.millrace.client;

import dev.millrace.v1.ImportFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The files of a SavedModel on this machine, with sizes and digests. */
final class SavedModelFiles {
  private static final String SAVED_MODEL = "saved_model.pb";
  // A server writes its own.
  private static final String MANIFEST = "manifest.json";

  private SavedModelFiles() {}

  /**
   * All files of a folder, ordered by path.
   *
   * @throws IllegalArgumentException if it is no SavedModel, or has a link
   * @throws IOException if it cannot be read
   */
  static List<ImportFile> list(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(SAVED_MODEL))) {
      throw new IllegalArgumentException(folder + " is no SavedModel: it has no " + SAVED_MODEL);
    }
    List<ImportFile> files = new ArrayList<>();
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted().toList();
    }
    for (Path path : all) {
      String name = folder.relativize(path).toString().replace('\\', '/');
      if (path.equals(folder)
          || name.equals(MANIFEST)
          || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new IllegalArgumentException(path + " is a link or no file; copy the file itself");
      }
      files.add(
          ImportFile.newBuilder()
              .setPath(name)
              .setSizeBytes(Files.size(path))
              .setSha256(sha256(path))
              .build());
    }
    return files;
  }

  /** SHA-256 of a file, in hexadecimal. */
  static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
