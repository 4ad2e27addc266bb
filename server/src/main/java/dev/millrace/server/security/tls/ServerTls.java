package dev.millrace.server.security.tls;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of what doors show of themselves, and of whom they trust. Connections that begin
 * after a change see the new; those that are open go on. Thread-safe.
 */
public final class ServerTls {
  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  private final PemSource source;
  private final ClientCertificates clients;
  private final InstantSource clock;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final ClientTrust trust = new ClientTrust();
  private volatile TlsPem pem;
  private volatile TlsMaterial material;
  private volatile long failures;
  // What kept the last look from taking something new, and whether anybody was told.
  private Optional<String> refusal = Optional.empty();
  private boolean told;

  private ServerTls(
      PemSource source,
      ClientCertificates clients,
      InstantSource clock,
      TlsPem pem,
      TlsMaterial material)
      throws UnusableTlsException {
    this.source = source;
    this.clients = clients;
    this.clock = clock;
    this.pem = pem;
    this.material = material;
    use(material);
  }

  /**
   * Reads the source.
   *
   * @param clients whether callers show a certificate
   * @param clock by which certificates end
   * @throws UnusableTlsException with what is at fault
   */
  public static ServerTls open(PemSource source, ClientCertificates clients, InstantSource clock)
      throws UnusableTlsException {
    TlsPem pem = source.read();
    return new ServerTls(source, clients, clock, pem, TlsMaterial.of(pem, clock.instant()));
  }

  /**
   * Reads the source anew, and takes what it says if all of it can be used and is something new.
   * Otherwise the old stays. A fault counts when it is seen twice: files that are being exchanged
   * do not fit one another for a moment.
   */
  public synchronized void look() {
    try {
      TlsPem read = source.read();
      if (!read.equals(pem)) {
        TlsMaterial next = TlsMaterial.of(read, clock.instant());
        use(next);
        pem = read;
        material = next;
        log.info("new connections see another certificate: {}", next.describe());
      }
      refusal = Optional.empty();
      told = false;
    } catch (UnusableTlsException unusable) {
      refuse(Optional.of(String.valueOf(unusable.getMessage())));
    } catch (RuntimeException defect) {
      log.debug("the files of TLS cannot be read", defect);
      refuse(Optional.of("they cannot be read"));
    }
  }

  private void refuse(Optional<String> why) {
    if (!why.equals(refusal)) {
      refusal = why;
      told = false;
    } else if (!told) {
      told = true;
      failures = failures + 1;
      log.warn(
          "the new key and certificates of TLS are not taken, the old stay ({}): {}",
          material.describe(),
          why.orElse(""));
    }
  }

  private void use(TlsMaterial next) throws UnusableTlsException {
    if (clients != ClientCertificates.NONE) {
      trust.trust(next.clientAuthorities());
    }
    keys.updateIdentityCredentials(next.chain().toArray(new X509Certificate[0]), next.key());
  }

  /** Key and certificates of now. */
  public TlsMaterial material() {
    return material;
  }

  /** Changes of the source that were not taken. */
  public long failures() {
    return failures;
  }

  /** Whether callers show a certificate. */
  public ClientCertificates clients() {
    return clients;
  }

  /** Shows the certificate of now in each handshake. */
  public KeyManager keys() {
    return keys;
  }

  /** Judges callers by the authorities of now. */
  public TrustManager trust() {
    return trust;
  }

  /** For servers of the JDK, with {@link #parameters}. */
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
      context.getServerSessionContext().setSessionTimeout((int) TlsRules.SESSION.toSeconds());
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Versions, ciphers and what is asked of callers. */
  public SSLParameters parameters() {
    SSLParameters parameters =
        new SSLParameters(
            TlsRules.CIPHER_SUITES.toArray(new String[0]),
            TlsRules.PROTOCOLS.toArray(new String[0]));
    parameters.setUseCipherSuitesOrder(true);
    switch (clients) {
      case NONE -> {}
      case OPTIONAL -> parameters.setWantClientAuth(true);
      case REQUIRED -> parameters.setNeedClientAuth(true);
    }
    return parameters;
  }
}
