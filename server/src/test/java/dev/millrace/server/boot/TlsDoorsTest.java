package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ClientTls;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.MillraceException;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.RawHello;
import dev.millrace.server.testing.SelfSigned;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whom the three doors let in, and by which versions and ciphers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TlsDoorsTest {
  private static final int ECDHE_RSA_AES_128_GCM = 0xC02F;
  private static final int ECDHE_RSA_AES_128_CBC = 0xC013;
  private static final int ECDHE_RSA_AES_128_CBC_SHA256 = 0xC027;
  private static final int RSA_AES_128_GCM = 0x009C;
  private static final int RSA_AES_128_CBC = 0x002F;

  private Path folder;
  private SelfSigned shown;
  private SelfSigned known;
  private SelfSigned stranger;
  private TlsRig required;
  private TlsRig optional;
  private final StringWriter said = new StringWriter();

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    shown = SelfSigned.rsa(folder, "shown");
    known = SelfSigned.make(folder, "known");
    stranger = SelfSigned.make(folder, "stranger");
    shown.write(folder, "shown");
    known.write(folder, "known");
    required = start("required", "mutual");
    optional = start("optional", "on");
  }

  private TlsRig start(String clients, String management) throws IOException {
    return TlsRig.start(
        folder.resolve(clients),
        Map.of(
            ServeOption.TLS_CERTIFICATE, folder.resolve("shown.crt").toString(),
            ServeOption.TLS_KEY, folder.resolve("shown.key").toString(),
            ServeOption.TLS_CLIENT_CA, folder.resolve("known.crt").toString(),
            ServeOption.TLS_CLIENT_CERTIFICATES, clients,
            ServeOption.MANAGEMENT_TLS, management));
  }

  @AfterAll
  void stop() {
    required.close();
    optional.close();
  }

  @Test
  void certificates_required_letInOnlyThoseOfTheAuthority() throws Exception {
    assertThat(grpc(required, Optional.of(known))).isTrue();
    assertThat(grpc(required, Optional.of(stranger))).isFalse();
    assertThat(grpc(required, Optional.empty())).isFalse();
    for (int port : List.of(required.httpPort(), required.managementPort())) {
      assertThat(http(port, Optional.of(known))).isTrue();
      assertThat(http(port, Optional.of(stranger))).isFalse();
      assertThat(http(port, Optional.empty())).isFalse();
    }
  }

  @Test
  void certificates_optional_letInThoseWithNoneButNoStrangers() throws Exception {
    assertThat(grpc(optional, Optional.of(known))).isTrue();
    assertThat(grpc(optional, Optional.empty())).isTrue();
    assertThat(grpc(optional, Optional.of(stranger))).isFalse();
    assertThat(http(optional.httpPort(), Optional.of(known))).isTrue();
    assertThat(http(optional.httpPort(), Optional.empty())).isTrue();
    assertThat(http(optional.httpPort(), Optional.of(stranger))).isFalse();
    // It does not ask.
    assertThat(http(optional.managementPort(), Optional.empty())).isTrue();
  }

  @Test
  void hello_ofOldVersionsAndCiphers_isRefusedByEveryDoor() throws Exception {
    for (int port : List.of(optional.grpcPort(), optional.httpPort(), optional.managementPort())) {
      assertThat(RawHello.answer(port, RawHello.TLS_1_2, ECDHE_RSA_AES_128_GCM)).isEqualTo("hello");
      for (int old : List.of(RawHello.TLS_1_0, RawHello.TLS_1_1)) {
        assertThat(RawHello.answer(port, old, ECDHE_RSA_AES_128_CBC, RSA_AES_128_CBC))
            .isNotEqualTo("hello");
      }
      assertThat(
              RawHello.answer(
                  port,
                  RawHello.TLS_1_2,
                  ECDHE_RSA_AES_128_CBC,
                  ECDHE_RSA_AES_128_CBC_SHA256,
                  RSA_AES_128_CBC))
          .as("no authenticated encryption")
          .isNotEqualTo("hello");
      assertThat(RawHello.answer(port, RawHello.TLS_1_2, RSA_AES_128_GCM))
          .as("no forward secrecy")
          .isNotEqualTo("hello");
    }
  }

  @Test
  void start_authoritiesWithoutTheChoiceOrTheOtherWayRound_isRefused() {
    assertThatThrownBy(
            () ->
                TlsRig.start(
                    folder.resolve("half"),
                    Map.of(ServeOption.TLS_CLIENT_CA, folder.resolve("known.crt").toString())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("belong together");
    assertThatThrownBy(
            () ->
                TlsRig.start(
                    folder.resolve("half"),
                    Map.of(ServeOption.TLS_CLIENT_CERTIFICATES, "required")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("belong together");
    assertThatThrownBy(
            () -> TlsRig.start(folder.resolve("half"), Map.of(ServeOption.MANAGEMENT_TLS, "on")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("management-tls needs");
  }

  @Test
  void sdk_checksTheServerAndShowsItself() {
    ClientTls known = trusting().identity(file("known.crt"), file("known.key"));
    assertThat(asks(known, "localhost")).isTrue();
    assertThat(asks(known, "127.0.0.1")).isTrue();
    assertThat(asks(trusting(), "localhost")).as("shows no certificate").isFalse();
    assertThat(asks(known.serverName("other.example"), "localhost")).as("another name").isFalse();
    assertThat(asks(known.trusting(file("known.crt")), "localhost")).as("a stranger").isFalse();
    assertThat(asks(ClientTls.system(), "localhost")).as("not of those Java trusts").isFalse();
  }

  @Test
  void commandLine_overTls_answersOrSaysWhatIsWrong() {
    String[] known = {
      "--ca", file("shown.crt").toString(),
      "--cert", file("known.crt").toString(),
      "--key", file("known.key").toString()
    };
    assertThat(run(required, known)).isZero();
    assertThat(run(optional, "--ca", file("shown.crt").toString())).isZero();
    assertThat(run(optional, "--tls")).isEqualTo(1);
    assertThat(said.toString()).contains("certificate is not trusted", "--ca");
    assertThat(run(required, "--ca", file("shown.crt").toString())).isEqualTo(1);
    assertThat(run(optional, "--cert", file("known.crt").toString())).isEqualTo(2);
  }

  private ClientTls trusting() {
    return ClientTls.system().trusting(file("shown.crt"));
  }

  private boolean asks(ClientTls tls, String host) {
    try (MillraceClient client =
        MillraceClient.builder(host + ":" + required.grpcPort()).tls(tls).maxAttempts(1).build()) {
      client.models();
      return true;
    } catch (MillraceException refused) {
      assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      return false;
    }
  }

  private int run(TlsRig rig, String... security) {
    CommandLine program = Main.commandLine();
    program.setOut(new PrintWriter(said, true));
    program.setErr(new PrintWriter(said, true));
    List<String> arguments =
        new ArrayList<>(List.of("models", "--server", "localhost:" + rig.grpcPort()));
    arguments.addAll(List.of(security));
    return program.execute(arguments.toArray(new String[0]));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private boolean grpc(TlsRig rig, Optional<SelfSigned> self) throws Exception {
    TlsChannelCredentials.Builder credentials =
        TlsChannelCredentials.newBuilder().trustManager(TlsRig.stream(shown.certificate()));
    if (self.isPresent()) {
      credentials.keyManager(
          TlsRig.stream(self.get().certificate()), TlsRig.stream(self.get().key()));
    }
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress("localhost", rig.grpcPort(), credentials.build()).build();
    try {
      ModelServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .listModels(ListModelsRequest.getDefaultInstance());
      return true;
    } catch (StatusRuntimeException refused) {
      assertThat(refused.getStatus().getCode().name()).isEqualTo("UNAVAILABLE");
      return false;
    } finally {
      channel.shutdownNow();
    }
  }

  private boolean http(int port, Optional<SelfSigned> self) throws Exception {
    try {
      return TlsRig.get(port, "/healthz/live", TlsRig.context(List.of(shown), self)) == 200;
    } catch (IOException refused) {
      return false;
    }
  }
}
