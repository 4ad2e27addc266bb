package dev.millrace.server.security.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificates of callers by authorities that can be exchanged. It names none of them to
 * callers, for those that it had at the start would hide from them that it has others now. Trusts
 * nobody until {@link #trust}. Thread-safe.
 */
final class ClientTrust extends X509ExtendedTrustManager {
  private volatile @Nullable X509ExtendedTrustManager delegate;

  /** Takes other authorities; empty for those whom Java trusts. */
  void trust(Optional<List<X509Certificate>> authorities) throws UnusableTlsException {
    try {
      KeyStore store = null;
      if (authorities.isPresent()) {
        store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate authority : authorities.get()) {
          store.setCertificateEntry(Integer.toString(store.size()), authority);
        }
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager made : factory.getTrustManagers()) {
        if (made instanceof X509ExtendedTrustManager judge) {
          delegate = judge;
          return;
        }
      }
    } catch (GeneralSecurityException | IOException unusable) {
      throw new UnusableTlsException("tls-client-ca cannot be used");
    }
    throw new UnusableTlsException("this Java cannot judge certificates of callers");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    judge().checkClientTrusted(chain, kind, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    judge().checkClientTrusted(chain, kind, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    judge().checkClientTrusted(chain, kind);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    throw noServers();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    throw noServers();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw noServers();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  private X509ExtendedTrustManager judge() throws CertificateException {
    X509ExtendedTrustManager judge = delegate;
    if (judge == null) {
      throw new CertificateException("no authority is known");
    }
    return judge;
  }

  private static CertificateException noServers() {
    return new CertificateException("only callers are judged here");
  }
}
