package dev.millrace.server.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/**
 * A key with a certificate for this machine that vouches for itself, made by the JDK's keytool.
 *
 * @param key PKCS#8 as PEM
 * @param certificate as PEM
 */
public record SelfSigned(String key, String certificate) {
  private static final String PASSWORD = "changeit";
  private static final String LOCAL = "san=dns:localhost,ip:127.0.0.1";

  /** Makes one of elliptic curves, with a file in a folder. */
  public static SelfSigned make(Path folder, String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    return named(folder, name, LOCAL);
  }

  /** Makes one that a class of tests may hold for good; its folder is gone afterwards. */
  public static SelfSigned lasting(String name, Maker maker) {
    try {
      Path folder = Files.createTempDirectory("keys");
      try {
        return maker.make(folder, name);
      } finally {
        Files.deleteIfExists(folder.resolve(name + ".p12"));
        Files.delete(folder);
      }
    } catch (IOException | InterruptedException | GeneralSecurityException broken) {
      throw new AssertionError(broken);
    }
  }

  /** How one is made. */
  @FunctionalInterface
  public interface Maker {
    /** Makes it, with a file in a folder. */
    SelfSigned make(Path folder, String name)
        throws IOException, InterruptedException, GeneralSecurityException;
  }

  /** Makes one with other alternative names, {@code san=dns:a.example.org}. */
  public static SelfSigned named(Path folder, String name, String alternatives)
      throws IOException, InterruptedException, GeneralSecurityException {
    return make(folder, name, alternatives, "EC", "-groupname", "secp256r1");
  }

  /** Makes one of RSA, which the older ciphers need. */
  public static SelfSigned rsa(Path folder, String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    return make(folder, name, LOCAL, "RSA", "-keysize", "2048");
  }

  private static SelfSigned make(
      Path folder, String name, String alternatives, String algorithm, String option, String value)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve(name + ".p12");
    Command made =
        Command.run(
            folder,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                name,
                "-keyalg",
                algorithm,
                option,
                value,
                "-dname",
                "CN=" + name,
                "-ext",
                alternatives,
                "-validity",
                "2"));
    if (made.exitCode() != 0) {
      throw new IOException(made.out() + made.err());
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return new SelfSigned(
        pem("PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()),
        pem("CERTIFICATE", keys.getCertificate(name).getEncoded()));
  }

  /** Writes {@code <name>.crt} and {@code <name>.key}. */
  public void write(Path folder, String name) throws IOException {
    Files.writeString(folder.resolve(name + ".crt"), certificate);
    Files.writeString(folder.resolve(name + ".key"), key);
  }

  /** The certificate itself. */
  public X509Certificate x509() throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String pem(String what, byte[] content) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(content)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
