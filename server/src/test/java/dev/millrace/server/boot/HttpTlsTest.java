package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.SelfSigned;
import dev.millrace.server.testing.ServedModels;
import dev.millrace.server.testing.SmallModels;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both doors with a key and a certificate of their own. */
@Timeout(120)
final class HttpTlsTest {
  @TempDir private Path folder;
  private SelfSigned identity;

  @BeforeEach
  void makeKey() throws Exception {
    identity = SelfSigned.make(folder, "server");
    Files.writeString(folder.resolve("server.crt"), identity.certificate());
    Files.writeString(folder.resolve("server.key"), identity.key());
  }

  @Test
  void serve_keyAndCertificate_answersOverTlsInBothVersionsOfHttp() throws Exception {
    SmallModels.doubling(folder.resolve("models/doubling/1"));
    try (MillraceServer server = start("server.crt", "server.key")) {
      ManagedChannel channel =
          Grpc.newChannelBuilder(
                  "localhost:" + server.port(),
                  TlsChannelCredentials.newBuilder().trustManager(certificate()).build())
              .build();
      ServedModels.await(channel, 1);
      channel.shutdownNow();
      int port = server.httpPort().getAsInt();
      try (ClientFactory trusting =
          ClientFactory.builder()
              .tlsCustomizer(context -> context.trustManager(certificate()))
              .build()) {
        for (SessionProtocol version :
            new SessionProtocol[] {SessionProtocol.H1, SessionProtocol.H2}) {
          AggregatedHttpResponse answer =
              client(version, port, trusting).get("/api/v1/models/doubling");
          assertThat(answer.status().code()).isEqualTo(200);
          assertThat(answer.contentUtf8()).contains("models/doubling");
        }
      }
      try (ClientFactory stranger = ClientFactory.builder().build()) {
        assertThatThrownBy(() -> client(SessionProtocol.HTTPS, port, stranger).get("/api"))
            .hasRootCauseInstanceOf(java.security.GeneralSecurityException.class);
      }
      assertThat(plainly(port)).doesNotContain("200 OK", "Exception");
    }
  }

  @Test
  void serve_halfOfAnIdentity_isRefusedWithWhatToDo() {
    assertThatThrownBy(() -> start("server.crt", ""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("tls-certificate and tls-key belong together; give both");
    assertThatThrownBy(() -> start("server.crt", "server.crt"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("openssl pkcs8");
    assertThatThrownBy(() -> start("server.key", "server.key"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must be PEM with a 'CERTIFICATE'")
        .hasMessageNotContaining(identity.key().lines().toList().get(1));
    assertThatThrownBy(() -> start("missing.crt", "server.key"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing.crt' cannot be read");
  }

  private MillraceServer start(String certificate, String key) throws IOException {
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
    options.put(ServeOption.TLS_CERTIFICATE, file(certificate));
    options.put(ServeOption.TLS_KEY, file(key));
    return MillraceServer.start(OptionSources.merge(options, Map.of(), ""));
  }

  private String file(String name) {
    return name.isEmpty() ? "" : folder.resolve(name).toString();
  }

  private InputStream certificate() {
    return new ByteArrayInputStream(identity.certificate().getBytes(StandardCharsets.US_ASCII));
  }

  private static BlockingWebClient client(SessionProtocol version, int port, ClientFactory by) {
    return WebClient.builder(version.uriText() + "://localhost:" + port)
        .factory(by)
        .build()
        .blocking();
  }

  private static String plainly(int port) throws IOException {
    try (Socket socket = new Http(port).connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "GET /api HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      return Http.readAll(socket);
    }
  }
}
