package dev.millrace.server.security.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A key with its certificates, which fit, and those who vouch for callers. Immutable.
 *
 * @param key the private key
 * @param chain the server's certificate and those that vouch for it, its own first
 * @param clientAuthorities who vouches for callers; empty for whom Java trusts
 */
public record TlsMaterial(
    PrivateKey key,
    List<X509Certificate> chain,
    Optional<List<X509Certificate>> clientAuthorities) {
  private static final byte[] PROBE = "does the key fit".getBytes(StandardCharsets.US_ASCII);

  /**
   * Reads and checks PEM.
   *
   * @param now the server's certificate must be valid then
   * @throws UnusableTlsException with the part at fault, as the options name it
   */
  static TlsMaterial of(TlsPem pem, Instant now) throws UnusableTlsException {
    List<X509Certificate> chain =
        named("tls-certificate", () -> Pem.certificates(pem.certificates()));
    X509Certificate own = chain.get(0);
    PublicKey shown = own.getPublicKey();
    PrivateKey key = named("tls-key", () -> Pem.key(pem.key(), shown.getAlgorithm()));
    if (!fits(key, shown)) {
      throw new UnusableTlsException("tls-key is not the key of the first tls-certificate");
    }
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw new UnusableTlsException(
          "tls-certificate is out of date since " + own.getNotAfter().toInstant());
    }
    if (now.isBefore(own.getNotBefore().toInstant())) {
      throw new UnusableTlsException(
          "tls-certificate is not valid before " + own.getNotBefore().toInstant());
    }
    Optional<List<X509Certificate>> authorities =
        pem.clientAuthorities().isEmpty()
            ? Optional.empty()
            : Optional.of(
                named("tls-client-ca", () -> Pem.certificates(pem.clientAuthorities().get())));
    return new TlsMaterial(key, chain, authorities);
  }

  /** When the server's certificate ends. */
  public Instant expiry() {
    return chain.get(0).getNotAfter().toInstant();
  }

  /** Subject, serial number and end, for a log. */
  String describe() {
    X509Certificate own = chain.get(0);
    return own.getSubjectX500Principal().getName()
        + ", serial "
        + own.getSerialNumber().toString(16)
        + ", until "
        + expiry();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "TlsMaterial[" + describe() + "]";
  }

  private static boolean fits(PrivateKey key, PublicKey shown) throws UnusableTlsException {
    String algorithm =
        switch (shown.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> shown.getAlgorithm();
        };
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(PROBE);
      byte[] signature = signer.sign();
      signer.initVerify(shown);
      signer.update(PROBE);
      return signer.verify(signature);
    } catch (GeneralSecurityException unusable) {
      throw new UnusableTlsException("tls-key cannot be used; take a key of RSA or EC");
    }
  }

  private static <T> T named(String option, Part<T> part) throws UnusableTlsException {
    try {
      return part.read();
    } catch (UnusableTlsException unusable) {
      throw new UnusableTlsException(option + " " + unusable.getMessage());
    }
  }

  private interface Part<T> {
    T read() throws UnusableTlsException;
  }
}
