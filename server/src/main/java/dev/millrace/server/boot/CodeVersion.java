package dev.millrace.server.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which code makes versions, for their lineage: what its release is called, and what it is. */
final class CodeVersion {
  private static final Logger log = LoggerFactory.getLogger(CodeVersion.class);
  private static final int DIGITS = 12;

  private CodeVersion() {}

  /**
   * {@code millrace 0.1.0 (sha256:0f5c2a...)} with the first digits of the digest of the server's
   * jar; without them where it runs from folders of classes.
   */
  static String current() {
    CodeSource source = CodeVersion.class.getProtectionDomain().getCodeSource();
    try {
      Path jar = Path.of(source.getLocation().toURI());
      return Files.isRegularFile(jar) ? of(jar) : Main.VERSION;
    } catch (IOException | URISyntaxException unreadable) {
      log.warn("the server's jar cannot be read, and is left out of lineages", unreadable);
      return Main.VERSION;
    }
  }

  static String of(Path jar) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(jar), digest)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return Main.VERSION
          + " (sha256:"
          + HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS)
          + ")";
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
