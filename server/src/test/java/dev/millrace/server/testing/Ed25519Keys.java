package dev.millrace.server.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Files of a pair of keys that sign.
 *
 * @param secret private key as PEM
 * @param shown public key as PEM
 */
public record Ed25519Keys(Path secret, Path shown) {
  /** Makes a pair, with files in a folder. */
  public static Ed25519Keys make(Path folder, String name)
      throws IOException, NoSuchAlgorithmException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    return new Ed25519Keys(
        write(folder.resolve(name + ".pem"), "PRIVATE KEY", pair.getPrivate().getEncoded()),
        write(folder.resolve(name + ".pub.pem"), "PUBLIC KEY", pair.getPublic().getEncoded()));
  }

  private static Path write(Path file, String what, byte[] content) throws IOException {
    return Files.writeString(
        file,
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content)
            + "\n-----END "
            + what
            + "-----\n");
  }
}
