package dev.millrace.server.security.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;

/**
 * Checks the signature of a token by the issuer's keys. The algorithms are named here, and a key is
 * used for its own alone: no {@code none}, no shared secrets. What a token says of where its key is
 * ({@code jku}, {@code x5u}, {@code jwk}) is not looked at; {@code kid} is compared with the keys
 * that are known, and nothing else. Stateless.
 */
final class SignatureCheck {
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512,
          JWSAlgorithm.EdDSA);
  private static final int LEAST_RSA_BITS = 2048;
  // A token that names no key could make the server try all of them.
  private static final int MOST_KEYS = 4;

  /** What became of it. */
  enum Outcome {
    SIGNED,
    /** The algorithm is none that is taken. */
    ALGORITHM,
    /** The key is not known, or not yet. */
    NO_KEY,
    FORGED
  }

  private SignatureCheck() {}

  static Outcome check(SignedJWT token, JWKSet known) {
    JWSHeader header = token.getHeader();
    if (!ALGORITHMS.contains(header.getAlgorithm()) || header.getCriticalParams() != null) {
      return Outcome.ALGORITHM;
    }
    List<JWK> candidates = new JWKSelector(JWKMatcher.forJWSHeader(header)).select(known);
    if (candidates.isEmpty()) {
      return Outcome.NO_KEY;
    }
    for (JWK key : candidates.subList(0, Math.min(MOST_KEYS, candidates.size()))) {
      if (isSigned(token, key)) {
        return Outcome.SIGNED;
      }
    }
    return Outcome.FORGED;
  }

  private static boolean isSigned(SignedJWT token, JWK key) {
    try {
      if (key instanceof OctetKeyPair pair) {
        return Curve.Ed25519.equals(pair.getCurve())
            && Ed25519Check.isSigned(pair, token.getSigningInput(), token.getSignature().decode());
      }
      return token.verify(verifier(key));
    } catch (JOSEException | GeneralSecurityException | IllegalArgumentException unusable) {
      return false;
    }
  }

  private static JWSVerifier verifier(JWK key) throws JOSEException {
    if (key instanceof RSAKey rsa && rsa.size() >= LEAST_RSA_BITS) {
      return new RSASSAVerifier(rsa);
    }
    if (key instanceof ECKey curve) {
      return new ECDSAVerifier(curve);
    }
    throw new JOSEException("the key is of a kind that is not taken");
  }
}
