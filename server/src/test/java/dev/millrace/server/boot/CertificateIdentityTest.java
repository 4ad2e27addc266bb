package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.SelfSigned;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Callers whom the HTTP door and the management port know by their client certificates. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class CertificateIdentityTest {
  private static final String LIST = "GET /api/v1/models";
  private static final String PROMOTE = "POST /api/v1/models/m/versions/1:promote";
  private static final String BODY =
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

  private SelfSigned shown;
  private SelfSigned viewer;
  private SelfSigned partial;
  private SelfSigned nobody;
  private TlsRig rig;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    shown = SelfSigned.make(folder, "shown");
    viewer = SelfSigned.make(folder, "viewer");
    partial = SelfSigned.make(folder, "partial");
    nobody = SelfSigned.make(folder, "nobody");
    shown.write(folder, "shown");
    Path known =
        Files.writeString(
            folder.resolve("known.crt"),
            viewer.certificate() + partial.certificate() + nobody.certificate());
    Path roles =
        Files.writeString(
            folder.resolve("roles.yaml"),
            "\"CN=viewer\": [viewer]\n\"CN=partial\": [\"viewer:team-*\"]\n");
    rig =
        TlsRig.start(
            folder,
            Map.of(
                ServeOption.TLS_CERTIFICATE, folder.resolve("shown.crt").toString(),
                ServeOption.TLS_KEY, folder.resolve("shown.key").toString(),
                ServeOption.TLS_CLIENT_CA, known.toString(),
                ServeOption.TLS_CLIENT_CERTIFICATES, "optional",
                ServeOption.CERTIFICATE_ROLES, roles.toString(),
                ServeOption.MANAGEMENT_TLS, "mutual"));
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void http_certificateWithARole_mayWhatTheRoleMayAndNoMore() throws Exception {
    assertThat(http(LIST, "", Optional.of(viewer)).status()).isEqualTo(200);
    TlsRig.Answer refused = http(PROMOTE, BODY, Optional.of(viewer));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text()).contains("'publish'", "'cert:CN=viewer'");
  }

  @Test
  void http_withoutACertificateOrWithOneOfNobody_isRefused() throws Exception {
    for (Optional<SelfSigned> self : List.of(Optional.<SelfSigned>empty(), Optional.of(nobody))) {
      for (String path : List.of(LIST, "GET /v1/models/m", "GET /v2/models/m")) {
        TlsRig.Answer refused = http(path, "", self);
        assertThat(refused.status()).as(path).isEqualTo(401);
        assertThat(refused.text()).containsIgnoringCase("www-authenticate: Bearer");
      }
      assertThat(http("GET /healthz/live", "", self).status()).isEqualTo(200);
    }
  }

  @Test
  void http_keyBesideACertificate_countsInstead() throws Exception {
    TlsRig.Answer refused =
        http(LIST, "x-api-key: mr_00000000_" + "A".repeat(43) + "\r\n", Optional.of(viewer));
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.text()).contains("CREDENTIALS_INVALID");
  }

  @Test
  void http2_certificateWithARole_isKnownOnEveryStream() throws Exception {
    try (ClientFactory known =
        ClientFactory.builder()
            .tlsCustomizer(
                context ->
                    context
                        .trustManager(TlsRig.stream(shown.certificate()))
                        .keyManager(
                            TlsRig.stream(viewer.certificate()), TlsRig.stream(viewer.key())))
            .build()) {
      for (int i = 0; i < 2; i++) {
        AggregatedHttpResponse answer =
            WebClient.builder(SessionProtocol.H2.uriText() + "://localhost:" + rig.httpPort())
                .factory(known)
                .build()
                .blocking()
                .get("/api/v1/models");
        assertThat(answer.status().code()).isEqualTo(200);
      }
    }
  }

  @Test
  void management_certificateWithARole_readsMetricsAndOthersDoNot() throws Exception {
    assertThat(metrics(Optional.of(viewer)).status()).isEqualTo(200);
    TlsRig.Answer partly = metrics(Optional.of(partial));
    assertThat(partly.status()).isEqualTo(403);
    assertThat(partly.text()).contains("'cert:CN=partial'");
    for (Optional<SelfSigned> self : List.of(Optional.<SelfSigned>empty(), Optional.of(nobody))) {
      TlsRig.Answer refused = metrics(self);
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.text()).containsIgnoringCase("www-authenticate: Bearer");
      assertThat(TlsRig.get(rig.managementPort(), "/healthz/ready", context(self))).isIn(200, 503);
    }
  }

  @Test
  void sessions_thatAreResumed_areStillTheSameCaller() throws Exception {
    SSLContext one = context(Optional.of(viewer));
    SSLContext other = context(Optional.empty());
    for (int i = 0; i < 3; i++) {
      assertThat(TlsRig.ask(rig.httpPort(), LIST, "", one).status()).isEqualTo(200);
      assertThat(TlsRig.get(rig.managementPort(), "/metrics", one)).isEqualTo(200);
      assertThat(TlsRig.ask(rig.httpPort(), LIST, "", other).status()).isEqualTo(401);
      assertThat(TlsRig.get(rig.managementPort(), "/metrics", other)).isEqualTo(401);
    }
  }

  private TlsRig.Answer metrics(Optional<SelfSigned> self) throws Exception {
    return TlsRig.ask(rig.managementPort(), "GET /metrics", "", context(self));
  }

  private TlsRig.Answer http(String what, String headers, Optional<SelfSigned> self)
      throws Exception {
    return TlsRig.ask(rig.httpPort(), what, headers, context(self));
  }

  private SSLContext context(Optional<SelfSigned> self) throws Exception {
    return TlsRig.context(List.of(shown), self);
  }
}
