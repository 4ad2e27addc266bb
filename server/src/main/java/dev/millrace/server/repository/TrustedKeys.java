package dev.millrace.server.repository;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/** Public keys of Ed25519 whose holders may vouch for versions. Immutable. */
public final class TrustedKeys {
  private final List<PublicKey> keys;

  private TrustedKeys(List<PublicKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads every {@code PUBLIC KEY} of a PEM file.
   *
   * @throws IOException if there is none, or one of another kind
   */
  public static TrustedKeys read(Path file) throws IOException {
    List<PublicKey> keys = new ArrayList<>();
    for (byte[] encoded : PemBlocks.read(file, "PUBLIC KEY")) {
      try {
        keys.add(
            KeyFactory.getInstance(SigningKey.ALGORITHM)
                .generatePublic(new X509EncodedKeySpec(encoded)));
      } catch (GeneralSecurityException other) {
        throw new IOException("'" + file + "' has a key that is none of Ed25519");
      }
    }
    return new TrustedKeys(keys);
  }

  /** True when one of the keys made the signature. */
  boolean vouchFor(SignedStatement statement, byte[] signature) {
    byte[] text = statement.text().getBytes(StandardCharsets.UTF_8);
    return keys.stream().anyMatch(key -> verifies(key, text, signature));
  }

  private static boolean verifies(PublicKey key, byte[] text, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(SigningKey.ALGORITHM);
      verifier.initVerify(key);
      verifier.update(text);
      return verifier.verify(signature);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }
}
