package dev.millrace.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.security.key.KeyChanges;
import dev.millrace.server.security.key.KeyFile;
import dev.millrace.server.security.key.KeyRing;
import dev.millrace.server.security.key.KeyUse;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuthenticatorTest {
  private static final String WRONG = "mr_00000000_" + "A".repeat(43);

  @TempDir private Path folder;
  private KeyChanges changes;
  private KeyRing ring;

  @BeforeEach
  void open() throws IOException {
    PuppetClock clock = new PuppetClock();
    changes = new KeyChanges(new KeyFile(folder), new SecureRandom(), clock);
    ring = new KeyRing(new KeyFile(folder), new KeyUse(folder), clock);
  }

  @Test
  void authenticate_nothingSetUp_isAnybodyFromThatAddress() {
    Caller caller = authenticator(false).authenticate(Credentials.none("10.0.0.1"));
    assertThat(caller).isEqualTo(new Caller("10.0.0.1"));
    assertThat(caller.access()).isSameAs(Access.ALL);
  }

  @Test
  void authenticate_requiredOrWithAKey_isAnonymousWithoutCredentials() throws Exception {
    assertThat(authenticator(true).authenticate(Credentials.none("h")).isAnonymous()).isTrue();
    Authenticator later = authenticator(false);
    assertThat(later.isRequired()).isFalse();
    changes.create("alice", List.of(Grant.parse("viewer").orElseThrow()), Optional.empty());
    ring.refresh();
    assertThat(later.isRequired()).isTrue();
    assertThat(later.authenticate(Credentials.none("h")).isAnonymous()).isTrue();
  }

  @Test
  void authenticate_verifiedCertificate_hasTheRolesOfItsFirstKnownName() throws Exception {
    Authenticator authenticator =
        certificates("\"DNS:alice.example.org\": [predictor:team-a-*]\n\"CN=bob\": [viewer]\n");
    Caller alice = authenticator.authenticate(shown("", "", "DNS:alice.example.org", "CN=bob"));
    assertThat(alice.id()).isEqualTo("cert:DNS:alice.example.org");
    assertThat(alice.access().may(Permission.PREDICT, "team-a-x")).isTrue();
    assertThat(authenticator.authenticate(shown("", "", "CN=bob")).id()).isEqualTo("cert:CN=bob");
    assertThat(authenticator.authenticate(shown("", "", "CN=alice.example.org")).isAnonymous())
        .isTrue();
  }

  /** Whoever holds a stolen connection must not get in by a wrong key. */
  @Test
  void authenticate_wrongKeyBesideAGoodCertificate_isRefused() throws Exception {
    Authenticator authenticator = certificates("\"CN=bob\": [viewer]\n");
    for (Credentials shown :
        List.of(
            shown("Bearer " + WRONG, "", "CN=bob"),
            shown("Bearer ", "", "CN=bob"),
            shown("Basic eA==", "", "CN=bob"),
            shown("", WRONG, "CN=bob"))) {
      assertThatThrownBy(() -> authenticator.authenticate(shown))
          .isInstanceOf(ServingException.class)
          .hasMessageNotContaining("mr_");
    }
  }

  @Test
  void read_rolesThatAreNone_saysWhose() {
    for (String yaml : List.of("", "a: 1", "\"CN=x\": [root]", "\"CN=x\": []", "[1, 2]", "{")) {
      assertThatThrownBy(() -> certificates(yaml)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> certificates("\"CN=x\": [root]")).hasMessageContaining("'CN=x'");
    assertThatThrownBy(() -> certificates("\"CN=x\": [viewer]\n\"CN=x\": [admin]"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void toString_ofCredentials_hasNoSecret() {
    assertThat(shown("Bearer " + WRONG, WRONG).toString()).doesNotContain("mr_");
  }

  private Authenticator authenticator(boolean always) {
    return new Authenticator(always, ring, Optional.empty(), Optional.empty());
  }

  private Authenticator certificates(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("roles.yaml"), yaml);
    return new Authenticator(
        false, ring, Optional.empty(), Optional.of(CertificateRoles.read(file)));
  }

  private static Credentials shown(String authorization, String key, String... names) {
    return new Credentials("h", authorization, key, () -> List.of(names));
  }
}
