package dev.millrace.server.boot;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.SelfSigned;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A server that speaks TLS on every door, and clients of it by the JDK's means. */
final class TlsRig implements AutoCloseable {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final MillraceServer server;

  private TlsRig(MillraceServer server) {
    this.server = server;
  }

  static TlsRig start(Path folder, Map<ServeOption, String> tls) throws IOException {
    Map<ServeOption, String> options =
        new EnumMap<>(
            Map.of(
                ServeOption.REPOSITORY, folder.resolve("models").toString(),
                ServeOption.DATA_DIR, folder.resolve("state").toString(),
                ServeOption.SCAN_INTERVAL, "50ms",
                ServeOption.CHECK_MODELS, "inspect",
                ServeOption.PORT, "0",
                ServeOption.HTTP_PORT, "0",
                ServeOption.MANAGEMENT_PORT, "0"));
    options.putAll(tls);
    return new TlsRig(MillraceServer.start(OptionSources.merge(options, Map.of(), "")));
  }

  int grpcPort() {
    return server.port();
  }

  int httpPort() {
    return server.httpPort().orElseThrow();
  }

  int managementPort() {
    return server.managementPort();
  }

  MillraceServer server() {
    return server;
  }

  @Override
  public void close() {
    server.close();
  }

  /** A client that trusts some, and may show who it is. */
  static SSLContext context(List<SelfSigned> trusted, Optional<SelfSigned> self) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (SelfSigned one : trusted) {
      store.setCertificateEntry("trusted-" + store.size(), one.x509());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (self.isPresent()) {
      X509Certificate certificate = self.get().x509();
      String base64 =
          self.get().key().lines().filter(l -> !l.startsWith("-")).reduce("", String::concat);
      own.setKeyEntry(
          "self",
          KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64))),
          PASSWORD,
          new Certificate[] {certificate});
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** Status of an answer over HTTP/1.1, on a connection of its own. */
  static int get(int port, String path, SSLContext context) throws IOException {
    return ask(port, "GET " + path, "", context).status();
  }

  /** An answer, with its headers in the text. */
  record Answer(int status, String text) {}

  /**
   * Asks over HTTP/1.1, on a connection of its own.
   *
   * @param what verb and path
   * @param headers lines with their ends
   */
  static Answer ask(int port, String what, String headers, SSLContext context) throws IOException {
    try (SSLSocket socket = connect(port, context)) {
      socket
          .getOutputStream()
          .write(
              (what + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = Http.readLast(socket);
      if (!answer.startsWith("HTTP/1.1 ")) {
        throw new IOException("no answer: " + answer);
      }
      return new Answer(Integer.parseInt(answer.substring(9, 12)), answer);
    }
  }

  private static SSLSocket connect(int port, SSLContext context) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
    socket.setSoTimeout(30_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return socket;
  }

  /** The certificate that a new connection sees. */
  static X509Certificate shown(int port, SSLContext context) throws IOException {
    try (SSLSocket socket = connect(port, context)) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }
}
