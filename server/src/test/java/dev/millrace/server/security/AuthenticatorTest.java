package dev.millrace.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.security.jwt.JwtSettings;
import dev.millrace.server.security.jwt.KeySets;
import dev.millrace.server.security.jwt.TokenCheck;
import dev.millrace.server.security.key.KeyChanges;
import dev.millrace.server.security.key.KeyFile;
import dev.millrace.server.security.key.KeyRing;
import dev.millrace.server.security.key.KeyUse;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.Issuer;
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
  private final PuppetClock clock = new PuppetClock();
  private KeyChanges changes;
  private KeyRing ring;

  @BeforeEach
  void open() throws IOException {
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
  void read_fileOfAMebibyte_isTheLargest() throws Exception {
    String line = "\"CN=x\": [viewer]\n#";
    String largest = line + "x".repeat((1 << 20) - line.length());
    assertThat(certificates(largest).isRequired()).isTrue();
    assertThatThrownBy(() -> certificates(largest + "x")).hasMessageContaining("1 MiB");
  }

  @Test
  void authenticate_keyInEitherHeader_isItsOwners() throws Exception {
    String key =
        changes.create("alice", List.of(Grant.parse("viewer").orElseThrow()), Optional.empty());
    ring.refresh();
    Authenticator authenticator = authenticator(false);
    for (Credentials shown :
        List.of(shown("", key), shown("Bearer " + key, ""), shown("bearer  " + key + " ", ""))) {
      assertThat(authenticator.authenticate(shown).id()).isEqualTo("key:alice");
    }
    assertThatThrownBy(() -> authenticator.authenticate(shown("Bearer " + key, key)))
        .hasMessageContaining("not both");
    assertThatThrownBy(() -> authenticator.authenticate(shown("Basic " + key, "")))
        .hasMessageContaining("authorization: Bearer");
  }

  @Test
  void authenticate_bearerWhereThereIsAnIssuer_isAKeyByItsFormAndElseAToken() throws Exception {
    String key =
        changes.create("alice", List.of(Grant.parse("viewer").orElseThrow()), Optional.empty());
    ring.refresh();
    Issuer issuer = new Issuer("");
    KeySets keys = new KeySets(issuer::keys, clock);
    keys.refresh();
    TokenCheck tokens =
        new TokenCheck(
            new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, "keys.json", "roles"), keys, clock);
    Authenticator both = new Authenticator(false, ring, Optional.of(tokens), Optional.empty());
    String token = issuer.sign(Issuer.claims("bob", clock.instant(), "viewer"));
    assertThat(both.authenticate(shown("Bearer " + token, "")).id()).isEqualTo("jwt:bob");
    assertThat(both.authenticate(shown("Bearer " + key, "")).id()).isEqualTo("key:alice");
    assertThatThrownBy(() -> both.authenticate(shown("", token)))
        .hasMessageContaining("no API key");
    assertThatThrownBy(() -> authenticator(true).authenticate(shown("Bearer " + token, "")))
        .hasMessageContaining("no API key");
  }

  @Test
  void isRequired_issuerOrCertificatesAlone_isTrue() throws Exception {
    TokenCheck tokens =
        new TokenCheck(
            new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, "keys.json", "roles"),
            new KeySets(() -> "", clock),
            clock);
    assertThat(new Authenticator(false, ring, Optional.of(tokens), Optional.empty()).isRequired())
        .isTrue();
    assertThat(certificates("\"CN=x\": [viewer]").isRequired()).isTrue();
    assertThat(authenticator(false).isRequired()).isFalse();
  }

  @Test
  void toString_ofCredentials_hasNoSecret() {
    assertThat(shown("Bearer " + WRONG, WRONG)).hasToString("credentials of h");
    assertThat(Credentials.none("h").certificate().get()).isEmpty();
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
