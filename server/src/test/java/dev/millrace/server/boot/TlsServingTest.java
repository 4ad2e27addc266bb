package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.testing.SelfSigned;
import dev.millrace.server.testing.SmallModels;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gRPC door with what TensorFlow Serving's ssl_config_file says. */
@Timeout(120)
final class TlsServingTest {
  private static SelfSigned server;
  private static SelfSigned client;
  private static SelfSigned stranger;

  @TempDir private Path folder;

  @BeforeAll
  static void makeKeys(@TempDir Path keys) throws Exception {
    server = SelfSigned.make(keys, "server");
    client = SelfSigned.make(keys, "client");
    stranger = SelfSigned.make(keys, "stranger");
  }

  @Test
  void serve_keyAndCertificate_answersThoseWhoTrustThemAndNobodyInPlainText() throws Exception {
    try (MillraceServer running = start("")) {
      assertThat(ask(running, trusting(server).build()).getModelSpec().getVersion().getValue())
          .isEqualTo(1);
      assertNoAnswer(running, InsecureChannelCredentials.create());
      assertNoAnswer(running, trusting(stranger).build());
    }
  }

  @Test
  void serve_clientVerify_answersOnlyClientsOfTheAuthority() throws Exception {
    try (MillraceServer running =
        start("custom_ca: \"" + line(client.certificate()) + "\" client_verify: true")) {
      assertThat(ask(running, identified(client)).getModelSpec().getName()).isEqualTo("m");
      assertNoAnswer(running, trusting(server).build());
      assertNoAnswer(running, identified(stranger));
    }
  }

  @Test
  void serve_certificateRoles_knowsCallersByTheirCertificates() throws Exception {
    Path roles = Files.writeString(folder.resolve("roles.yaml"), "\"CN=client\": [predictor:m]\n");
    String both = line(client.certificate() + stranger.certificate());
    try (MillraceServer running =
        start(
            server,
            "custom_ca: \"" + both + "\" client_verify: true",
            "--certificate-roles=" + roles)) {
      assertThat(ask(running, identified(client)).getModelSpec().getName()).isEqualTo("m");
      assertThatThrownBy(() -> ask(running, identified(stranger)))
          .hasMessageStartingWith("UNAUTHENTICATED");
    }
  }

  @Test
  void serve_keyThatIsNone_isRefusedWithoutItsContent() throws Exception {
    SelfSigned broken =
        new SelfSigned(
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
            server.certificate());
    assertThatThrownBy(() -> start(broken, ""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("the key and certificates of TLS cannot be used")
        .hasMessageNotContaining("c2VjcmV0");
  }

  private MillraceServer start(String more) throws Exception {
    return start(server, more);
  }

  private MillraceServer start(SelfSigned identity, String more, String... options)
      throws Exception {
    SmallModels.doubling(folder.resolve("repository/m/1"));
    Path file =
        Files.writeString(
            folder.resolve("ssl.config"),
            "server_key: \""
                + line(identity.key())
                + "\" server_cert: \""
                + line(identity.certificate())
                + "\" "
                + more);
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--model_name=m", "--ssl_config_file=" + file));
    ServeCommand.Plan plan = TfServingRig.plan(folder, arguments.toArray(new String[0]));
    MillraceServer running = MillraceServer.start(plan.options(), plan.setup());
    running.awaitReady();
    return running;
  }

  private static PredictResponse ask(MillraceServer running, ChannelCredentials credentials) {
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress("localhost", running.port(), credentials).build();
    try {
      return PredictionServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .predict(TfServingRig.request(TfServingRig.latest("m")));
    } finally {
      channel.shutdownNow();
    }
  }

  private static void assertNoAnswer(MillraceServer running, ChannelCredentials credentials) {
    assertThatThrownBy(() -> ask(running, credentials))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error ->
                assertThat(error.getStatus().getCode())
                    .as(error.toString())
                    .isEqualTo(Status.Code.UNAVAILABLE));
  }

  private static TlsChannelCredentials.Builder trusting(SelfSigned peer) throws Exception {
    return TlsChannelCredentials.newBuilder().trustManager(stream(peer.certificate()));
  }

  private static ChannelCredentials identified(SelfSigned self) throws Exception {
    return trusting(server).keyManager(stream(self.certificate()), stream(self.key())).build();
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  private static String line(String pem) {
    return pem.replace("\n", "\\n");
  }
}
