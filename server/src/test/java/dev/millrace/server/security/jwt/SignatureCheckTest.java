package dev.millrace.server.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.millrace.server.security.jwt.SignatureCheck.Outcome;
import dev.millrace.server.testing.Issuer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which keys a signature is held against. */
final class SignatureCheckTest {
  /** Else one small token would cost as many verifications as the issuer has keys. */
  @Test
  void check_tokenThatNamesNoKey_triesFourAtMost() throws Exception {
    List<JWK> keys = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      keys.add(new ECKeyGenerator(Curve.P_256).keyID("ec" + i).generate());
    }
    JWKSet known = new JWKSet(keys);
    assertThat(SignatureCheck.check(signed((ECKey) keys.get(3)), known)).isEqualTo(Outcome.SIGNED);
    assertThat(SignatureCheck.check(signed((ECKey) keys.get(4)), known)).isEqualTo(Outcome.FORGED);
    assertThat(SignatureCheck.check(signed((ECKey) keys.get(4)), new JWKSet()))
        .isEqualTo(Outcome.NO_KEY);
  }

  @Test
  void check_criticalHeader_isNotTakenHoweverItIsSigned() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).criticalParams(Set.of("x")).build(),
            new JWTClaimsSet.Builder().build());
    token.sign(new ECDSASigner(key));
    assertThat(SignatureCheck.check(token, new JWKSet(key))).isEqualTo(Outcome.ALGORITHM);
  }

  /** Half of all keys have an odd x, which is a bit of its own in their form. */
  @Test
  void check_keysOfEd25519WithEitherSign_areTaken() throws Exception {
    boolean[] seen = new boolean[2];
    for (int tries = 0; !(seen[0] && seen[1]); tries++) {
      assertThat(tries).isLessThan(100);
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] x = encoded(pair);
      seen[(x[31] & 0x80) >>> 7] = true;
      JWK key = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).build();
      assertThat(SignatureCheck.check(signed(pair), new JWKSet(key))).isEqualTo(Outcome.SIGNED);
    }
  }

  @Test
  void check_keyThatSaysItIsOfAnotherCurve_isNotUsedForEd25519() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    JWK other = new OctetKeyPair.Builder(Curve.Ed448, Base64URL.encode(encoded(pair))).build();
    assertThat(SignatureCheck.check(signed(pair), new JWKSet(other))).isEqualTo(Outcome.FORGED);
  }

  @Test
  void check_keyThatIsTooLong_isNotCutToFit() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] longer = Arrays.copyOf(encoded(pair), 33);
    JWK key = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(longer)).build();
    assertThat(SignatureCheck.check(signed(pair), new JWKSet(key))).isEqualTo(Outcome.FORGED);
  }

  private static byte[] encoded(KeyPair pair) {
    byte[] all = pair.getPublic().getEncoded();
    return Arrays.copyOfRange(all, all.length - 32, all.length);
  }

  private static SignedJWT signed(ECKey key) throws Exception {
    SignedJWT token =
        new SignedJWT(new JWSHeader(JWSAlgorithm.ES256), new JWTClaimsSet.Builder().build());
    token.sign(new ECDSASigner(key));
    return token;
  }

  private static SignedJWT signed(KeyPair pair) throws Exception {
    String text = Issuer.part("{\"alg\":\"EdDSA\"}") + "." + Issuer.part("{}");
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return SignedJWT.parse(text + "." + Base64URL.encode(signature.sign()));
  }
}
