package dev.millrace.server.security.jwt;

import com.nimbusds.jose.jwk.OctetKeyPair;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/**
 * Checks Ed25519 signatures (RFC 8032, RFC 8037) by the JVM's own provider; the JWT library would
 * need another library for it. Stateless.
 */
final class Ed25519Check {
  private static final int KEY_BYTES = 32;

  private Ed25519Check() {}

  /**
   * True when the key has signed the bytes.
   *
   * @throws GeneralSecurityException if the key or the signature has no proper form
   */
  static boolean isSigned(OctetKeyPair key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    Signature check = Signature.getInstance("Ed25519");
    check.initVerify(publicKey(key.getDecodedX()));
    check.update(signed);
    return check.verify(signature);
  }

  /** Little-endian y, with the sign of x in the highest bit. */
  private static PublicKey publicKey(byte[] encoded) throws GeneralSecurityException {
    if (encoded.length != KEY_BYTES) {
      throw new GeneralSecurityException("an Ed25519 key has 32 bytes");
    }
    byte[] bigEndian = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      bigEndian[i] = encoded[KEY_BYTES - 1 - i];
    }
    boolean odd = (bigEndian[0] & 0x80) != 0;
    bigEndian[0] &= 0x7F;
    EdECPoint point = new EdECPoint(odd, new BigInteger(1, bigEndian));
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }
}
