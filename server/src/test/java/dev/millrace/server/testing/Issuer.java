package dev.millrace.server.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** An issuer of tokens for tests, with a key of RSA and one of the curve P-256. */
public final class Issuer {
  public static final String NAME = "https://issuer.example.org";
  public static final String AUDIENCE = "millrace";

  private final RSAKey rsa;
  private final ECKey curve;

  /** An issuer with new keys. */
  public Issuer(String suffix) {
    try {
      rsa = new RSAKeyGenerator(2048).keyID("rsa" + suffix).generate();
      curve = new ECKeyGenerator(Curve.P_256).keyID("ec" + suffix).generate();
    } catch (JOSEException broken) {
      throw new AssertionError(broken);
    }
  }

  /** The public keys, as JSON. */
  public String keys() {
    return new JWKSet(List.<JWK>of(rsa, curve)).toPublicJWKSet().toString();
  }

  /** The key of RSA, with its private part. */
  public RSAKey rsa() {
    return rsa;
  }

  /** Claims of a token that is good for five minutes. */
  public static JWTClaimsSet.Builder claims(String subject, Instant now, String... roles) {
    return new JWTClaimsSet.Builder()
        .issuer(NAME)
        .audience(AUDIENCE)
        .subject(subject)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(300)))
        .claim("roles", List.of(roles));
  }

  /** A token by RS256. */
  public String sign(JWTClaimsSet.Builder claims) {
    return sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(rsa.getKeyID()).build(), claims);
  }

  /** A token with a header of the test's choice. */
  public String sign(JWSHeader header, JWTClaimsSet.Builder claims) {
    try {
      boolean isCurve = JWSAlgorithm.Family.EC.contains(header.getAlgorithm());
      JWSSigner signer = isCurve ? new ECDSASigner(curve) : new RSASSASigner(rsa);
      SignedJWT token = new SignedJWT(header, claims.build());
      token.sign(signer);
      return token.serialize();
    } catch (JOSEException broken) {
      throw new AssertionError(broken);
    }
  }

  /** Any bytes as a part of a token. */
  public static String part(String json) {
    return com.nimbusds.jose.util.Base64URL.encode(json).toString();
  }
}
