package dev.millrace.server.security;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.security.jwt.TokenCheck;
import dev.millrace.server.security.key.KeyRing;
import java.util.Optional;

/**
 * Finds out who calls: by an API key, a token, or a client certificate. A wrong credential is never
 * overlooked for the sake of another. Where none of these is set up, the server is open, and
 * everybody may do everything. Thread-safe; blocks nobody.
 */
public final class Authenticator {
  private static final String BEARER = "Bearer ";

  private final boolean always;
  private final KeyRing keys;
  private final Optional<TokenCheck> tokens;
  private final Optional<CertificateRoles> certificates;

  /**
   * An authenticator.
   *
   * @param always true to ask for credentials even while there is no way to have any
   */
  public Authenticator(
      boolean always,
      KeyRing keys,
      Optional<TokenCheck> tokens,
      Optional<CertificateRoles> certificates) {
    this.always = always;
    this.keys = keys;
    this.tokens = tokens;
    this.certificates = certificates;
  }

  /** True when callers must say who they are. */
  public boolean isRequired() {
    return always || tokens.isPresent() || certificates.isPresent() || keys.hasAny();
  }

  /**
   * Who calls.
   *
   * @return in an open server, a caller by address who may do everything; else who the credentials
   *     say, or an anonymous caller where there are none
   * @throws ServingException CREDENTIALS_INVALID
   */
  public Caller authenticate(Credentials shown) {
    if (!isRequired()) {
      return new Caller(shown.address(), Access.ALL);
    }
    if (!shown.apiKey().isEmpty()) {
      if (!shown.authorization().isEmpty()) {
        throw invalid("send either 'authorization' or 'x-api-key', not both");
      }
      return keys.find(shown.apiKey());
    }
    if (!shown.authorization().isEmpty()) {
      return bearer(shown.authorization());
    }
    return certificates
        .flatMap(roles -> roles.find(shown.certificate().get()))
        .orElseGet(() -> new Caller(shown.address()));
  }

  private Caller bearer(String authorization) {
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw invalid("write the credentials as 'authorization: Bearer ...'");
    }
    String text = authorization.substring(BEARER.length()).strip();
    if (KeyRing.isKey(text) || tokens.isEmpty()) {
      return keys.find(text);
    }
    return tokens.get().check(text);
  }

  private static ServingException invalid(String why) {
    return new ServingException(ErrorReason.CREDENTIALS_INVALID, why);
  }
}
