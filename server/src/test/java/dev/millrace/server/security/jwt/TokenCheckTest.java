package dev.millrace.server.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.Issuer;
import dev.millrace.server.testing.PuppetClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that must not open the door, and those that must. */
final class TokenCheckTest {
  private static final Issuer ISSUER = new Issuer("");
  private static final JwtSettings SETTINGS =
      new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, "keys.json", "roles");

  private final PuppetClock clock = new PuppetClock();
  private String published = ISSUER.keys();
  private KeySets keys;
  private TokenCheck check;

  @BeforeEach
  void read() {
    keys = new KeySets(() -> published, clock);
    keys.refresh();
    check = new TokenCheck(SETTINGS, keys, clock);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "RS512", "PS256", "ES256"})
  void check_goodToken_isWhoseItIsWithItsRoles(String algorithm) {
    Caller caller =
        check.check(
            ISSUER.sign(
                new JWSHeader(JWSAlgorithm.parse(algorithm)),
                claims().claim("roles", List.of("predictor:team-a-*", "somebody-elses-role"))));
    assertThat(caller.id()).isEqualTo("jwt:alice");
    assertThat(caller.access().may(Permission.PREDICT, "team-a-mnist")).isTrue();
    assertThat(caller.access().may(Permission.PREDICT, "team-b-mnist")).isFalse();
  }

  @Test
  void check_rolesWithinObjects_areFound() {
    TokenCheck nested =
        new TokenCheck(
            new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, "keys.json", "realm_access.roles"),
            keys,
            clock);
    Caller caller =
        nested.check(
            ISSUER.sign(claims().claim("realm_access", Map.of("roles", List.of("viewer")))));
    assertThat(caller.access().mayEverywhere(Permission.VIEW)).isTrue();
    Caller words = check.check(ISSUER.sign(claims().claim("roles", "viewer trainer:x")));
    assertThat(words.access().may(Permission.TRAIN, "x")).isTrue();
  }

  @Test
  void check_tokenWithoutRoles_isSomebodyWhoMayDoNothing() {
    Caller caller = check.check(ISSUER.sign(claims().claim("roles", null)));
    assertThat(caller.isAnonymous()).isFalse();
    assertThat(caller.access().maySomewhere(Permission.VIEW)).isFalse();
  }

  @Test
  void check_algorithmNone_isRefused() {
    String body = Issuer.part(claims().build().toString());
    for (String alg : List.of("none", "None", "NONE", "")) {
      String header = Issuer.part("{\"alg\":\"" + alg + "\"}");
      assertInvalid(header + "." + body + ".");
      assertInvalid(header + "." + body + ".AAAA");
    }
  }

  @Test
  void check_publicKeyAsSharedSecret_isRefused() throws Exception {
    byte[] pem = ISSUER.rsa().toRSAPublicKey().getEncoded();
    for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.HS256, JWSAlgorithm.HS512)) {
      for (String kid : List.of(ISSUER.rsa().getKeyID(), "other")) {
        SignedJWT token =
            new SignedJWT(new JWSHeader.Builder(algorithm).keyID(kid).build(), claims().build());
        token.sign(new MACSigner(pem));
        assertInvalid(token.serialize());
      }
    }
  }

  @Test
  void check_claimsOfOthers_areRefused() {
    assertInvalid(ISSUER.sign(claims().audience("another")));
    assertInvalid(ISSUER.sign(claims().audience((String) null)));
    assertInvalid(ISSUER.sign(claims().issuer("https://evil.example.org")));
    assertInvalid(ISSUER.sign(claims().issuer(null)));
    assertInvalid(ISSUER.sign(claims().subject(null)));
    assertInvalid(ISSUER.sign(claims().expirationTime(null)));
  }

  @Test
  void check_outOfTime_isRefusedAlsoWhenRemembered() {
    String token = ISSUER.sign(claims());
    check.check(token);
    clock.advance(Duration.ofSeconds(329));
    check.check(token);
    clock.advance(Duration.ofSeconds(2));
    assertInvalid(token);
    assertInvalid(
        ISSUER.sign(claims().expirationTime(Date.from(clock.instant().minusSeconds(60)))));
    assertInvalid(ISSUER.sign(claims().notBeforeTime(Date.from(clock.instant().plusSeconds(60)))));
  }

  @Test
  void check_otherSignature_isRefusedAlsoAfterAGoodOne() {
    String token = ISSUER.sign(claims());
    check.check(token);
    String[] parts = token.split("\\.");
    String forged = Issuer.part(claims().subject("root").build().toString());
    assertInvalid(parts[0] + "." + forged + "." + parts[2]);
    assertInvalid(parts[0] + "." + parts[1] + ".");
    assertInvalid(parts[0] + "." + parts[1]);
    assertInvalid(new Issuer("").sign(claims()));
  }

  @Test
  void check_headerThatNamesAKeyElsewhere_asksNobodyAndIsRefused() {
    Issuer evil = new Issuer("-evil");
    JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256);
    assertInvalid(
        evil.sign(header.jwkURL(URI.create("http://127.0.0.1:1/keys")).build(), claims()));
    assertInvalid(
        evil.sign(header.x509CertURL(URI.create("http://127.0.0.1:1/")).build(), claims()));
    assertInvalid(evil.sign(header.jwk(evil.rsa().toPublicJWK()).build(), claims()));
    for (String kid :
        List.of("../../../../etc/passwd", "/dev/null", "' OR 1=1 --", "http://127.0.0.1:1/")) {
      assertInvalid(
          evil.sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build(), claims()));
    }
  }

  @Test
  void check_headerWithCriticalOrOtherType_isRefused() {
    JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256);
    assertInvalid(
        ISSUER.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .criticalParams(Set.of("b64"))
                .customParam("x", 1)
                .build(),
            claims()));
    assertInvalid(
        ISSUER.sign(
            header.type(new com.nimbusds.jose.JOSEObjectType("logout+jwt")).build(), claims()));
  }

  @Test
  void check_weakRsaKey_isRefused() throws Exception {
    com.nimbusds.jose.jwk.RSAKey weak =
        new com.nimbusds.jose.jwk.gen.RSAKeyGenerator(1024, true).keyID("weak").generate();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("weak").build(), claims().build());
    token.sign(new com.nimbusds.jose.crypto.RSASSASigner(weak.toPrivateKey(), true));
    publish(new com.nimbusds.jose.jwk.JWKSet(weak).toString());
    assertInvalid(token.serialize());
  }

  @Test
  void check_ed25519_isTakenWhenSigned() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    publish(
        new com.nimbusds.jose.jwk.JWKSet(
                new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).keyID("ed").build())
            .toString());
    String signed =
        Issuer.part("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}")
            + "."
            + Issuer.part(claims().build().toString());
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    byte[] bytes = signature.sign();
    assertThat(check.check(signed + "." + Base64URL.encode(bytes)).id()).isEqualTo("jwt:alice");
    bytes[5] ^= 1;
    assertInvalid(signed + "." + Base64URL.encode(bytes));
  }

  @Test
  void check_textsThatAreNoToken_areRefused() {
    for (String text :
        List.of("", ".", "..", "a.b.c", "a.b.c.d.e", "x".repeat(20_000), "é.é.é", "{}.{}.{}")) {
      assertInvalid(text);
    }
    String deep = "{\"alg\":\"RS256\",\"x\":" + "[".repeat(3000) + "]".repeat(3000) + "}";
    assertInvalid(Issuer.part(deep) + ".e30.AAAA");
  }

  @Test
  void check_subjectWithControlCharacters_isHarmlessInALog() {
    Caller caller = check.check(ISSUER.sign(claims().subject("a\nb\u001b[31m" + "x".repeat(500))));
    assertThat(caller.id()).matches("jwt:[\\x21-\\x7e]{128}");
  }

  private void publish(String set) {
    published = set;
    clock.advance(Duration.ofMinutes(5));
    keys.refresh();
  }

  private JWTClaimsSet.Builder claims() {
    return Issuer.claims("alice", clock.instant());
  }

  private void assertInvalid(String token) {
    assertThatThrownBy(() -> check.check(token))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(ErrorReason.CREDENTIALS_INVALID);
              assertThat(refused.message()).doesNotContain("evil", "passwd", "nimbus");
            });
  }
}
