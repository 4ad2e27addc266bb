package dev.millrace.server.model;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The names that a client certificate gives its owner: alternative names as {@code
 * URI:spiffe://example.org/alice}, {@code DNS:alice.example.org} or {@code EMAIL:a@example.org},
 * and then the subject as RFC 2253 writes it, {@code CN=alice,O=Example}. Stateless.
 */
public final class CertificateNames {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;

  private CertificateNames() {}

  /** The names of the peer whose certificate TLS has verified; empty when it has shown none. */
  public static List<String> of(@Nullable SSLSession session) {
    try {
      if (session == null) {
        return List.of();
      }
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? of(certificate)
          : List.of();
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }

  /** The names in a certificate. */
  public static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          String kind = kind(alternative.get(0));
          if (!kind.isEmpty()) {
            names.add(kind + alternative.get(1));
          }
        }
      }
    } catch (CertificateParsingException noNames) {
      names.clear();
    }
    String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    if (!subject.isEmpty()) {
      names.add(subject);
    }
    return names;
  }

  private static String kind(Object type) {
    if (type.equals(EMAIL)) {
      return "EMAIL:";
    }
    if (type.equals(DNS)) {
      return "DNS:";
    }
    return type.equals(URI) ? "URI:" : "";
  }
}
