package dev.millrace.server.security.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PEM. Its errors never quote what it read. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
  private static final String CERTIFICATE = "CERTIFICATE";

  private Pem() {}

  /** Certificates in the order of the text, at least one. */
  static List<X509Certificate> certificates(String text) throws UnusableTlsException {
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (blocks.group(1).equals(CERTIFICATE)) {
        certificates.add(certificate(blocks.group(2)));
      }
    }
    // A block that is cut off is no block.
    int begun = text.split("-----BEGIN " + CERTIFICATE + "-----", -1).length - 1;
    if (certificates.isEmpty() || certificates.size() != begun) {
      throw new UnusableTlsException("must be PEM with a 'CERTIFICATE', whole");
    }
    return certificates;
  }

  /** The first private key, of the kind that fits a certificate. */
  static PrivateKey key(String text, String algorithm) throws UnusableTlsException {
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (blocks.group(1).equals("PRIVATE KEY")) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(bytes(blocks.group(2))));
        } catch (GeneralSecurityException | IllegalArgumentException other) {
          throw new UnusableTlsException(
              "is damaged, or no key of the certificate's kind, " + algorithm);
        }
      }
    }
    throw new UnusableTlsException(
        "must be unencrypted PKCS#8 ('BEGIN PRIVATE KEY'), whole; 'openssl pkcs8 -topk8 -nocrypt'"
            + " makes it from other forms");
  }

  private static X509Certificate certificate(String base64) throws UnusableTlsException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(bytes(base64)));
    } catch (CertificateException | IllegalArgumentException damaged) {
      throw new UnusableTlsException("has a damaged 'CERTIFICATE'");
    }
  }

  private static byte[] bytes(String base64) {
    return Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII));
  }
}
