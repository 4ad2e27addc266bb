package dev.millrace.server.repository;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;

/** A private key of Ed25519 (RFC 8032) that vouches for versions. Thread-safe. */
public final class SigningKey {
  static final String ALGORITHM = "Ed25519";

  private final PrivateKey key;

  private SigningKey(PrivateKey key) {
    this.key = key;
  }

  /**
   * Reads unencrypted PKCS#8 in PEM, as {@code openssl genpkey -algorithm ed25519} writes it.
   *
   * @throws IOException if it is no such key, without its content
   */
  public static SigningKey read(Path file) throws IOException {
    byte[] encoded = PemBlocks.read(file, "PRIVATE KEY").get(0);
    try {
      return new SigningKey(
          KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException other) {
      throw new IOException("'" + file + "' is no private key of Ed25519");
    }
  }

  /** Puts a signature beside a version's files, in the place of any that is there. */
  void sign(SignedStatement statement, Path directory) throws IOException {
    try {
      Signature signer = Signature.getInstance(ALGORITHM);
      signer.initSign(key);
      signer.update(statement.text().getBytes(StandardCharsets.UTF_8));
      Files.writeString(
          directory.resolve(SignedStatement.FILE_NAME), statement.signed(signer.sign()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "SigningKey[]";
  }
}
