package dev.millrace.server.security.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.security.permission.Grants;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Locale;
import java.util.Set;

/**
 * Checks tokens: JWTs in JWS form (RFC 7519), signed by the issuer, for this server, and in time,
 * give or take half a minute. A token that was found good is remembered by its hash until it
 * expires, or its issuer changes its keys. Thread-safe; blocks nobody.
 */
public final class TokenCheck {
  private static final int LONGEST = 12 << 10;
  private static final int MOST_REMEMBERED = 10_000;
  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private final KeySets keys;
  private final InstantSource clock;
  private final RolesClaim roles;
  private final DefaultJWTClaimsVerifier<SecurityContext> claims;
  private final Cache<ByteBuffer, Good> good =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).executor(Runnable::run).build();

  private record Good(Caller caller, Instant expires, JWKSet keys) {}

  /** Checks tokens by settings. */
  public TokenCheck(JwtSettings settings, KeySets keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
    this.roles = new RolesClaim(settings.rolesClaim());
    this.claims =
        new DefaultJWTClaimsVerifier<>(
            settings.audience(),
            new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
            Set.of("sub", "exp")) {
          @Override
          protected Date currentTime() {
            return Date.from(clock.instant());
          }
        };
    claims.setMaxClockSkew((int) SKEW.toSeconds());
  }

  /**
   * Whose token this is.
   *
   * @throws ServingException CREDENTIALS_INVALID
   */
  public Caller check(String text) {
    if (text.length() > LONGEST) {
      throw invalid("the token is too long");
    }
    JWKSet known = keys.keys();
    ByteBuffer hash = hash(text);
    Good remembered = good.getIfPresent(hash);
    if (remembered != null && remembered.keys() == known) {
      if (!clock.instant().isBefore(remembered.expires())) {
        throw invalid("the token has expired");
      }
      return remembered.caller();
    }
    Good found = parse(text, known);
    good.put(hash, found);
    return found.caller();
  }

  private Good parse(String text, JWKSet known) {
    try {
      SignedJWT token = SignedJWT.parse(text);
      JOSEObjectType type = token.getHeader().getType();
      if (type != null && !TYPES.contains(type.getType().toLowerCase(Locale.ROOT))) {
        throw invalid("the token is of another type than JWT");
      }
      switch (SignatureCheck.check(token, known)) {
        case ALGORITHM -> throw invalid("the token's algorithm is not taken here");
        case NO_KEY -> {
          keys.miss();
          throw invalid(
              "the token is signed by a key that the issuer has not published, or not yet");
        }
        case FORGED -> throw invalid("the token's signature is wrong");
        case SIGNED -> {
          // Only now is it worth while to read on.
        }
      }
      JWTClaimsSet set = token.getJWTClaimsSet();
      claims.verify(set, null);
      return new Good(
          new Caller("jwt:" + name(set.getSubject()), new Grants(roles.of(set))),
          set.getExpirationTime().toInstant().plus(SKEW),
          known);
    } catch (BadJWTException unfit) {
      throw invalid("the token is not valid here: " + reason(unfit));
    } catch (ServingException refused) {
      throw refused;
    } catch (ParseException | RuntimeException | StackOverflowError noToken) {
      throw invalid("this is neither an API key nor a token in JWT form");
    }
  }

  /** The library's words are few and fixed, but some repeat what the token says. */
  private static String reason(BadJWTException unfit) {
    String words = String.valueOf(unfit.getMessage());
    if (words.contains("Expired")) {
      return "it has expired";
    }
    if (words.contains("before")) {
      return "its time has not come";
    }
    if (words.contains("aud")) {
      return "its audience is another";
    }
    // Not "iss" alone, which "missing" has, too.
    return words.contains("iss claim") ? "its issuer is another" : "a claim is missing or wrong";
  }

  /** A name that is harmless in logs and lists. */
  private static String name(String subject) {
    String clean = subject.replaceAll("[^\\x21-\\x7e]", "?");
    return clean.length() > 128 ? clean.substring(0, 128) : clean;
  }

  private static ByteBuffer hash(String text) {
    try {
      return ByteBuffer.wrap(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException everyJvmHasIt) {
      throw new IllegalStateException(everyJvmHasIt);
    }
  }

  private static ServingException invalid(String why) {
    return new ServingException(ErrorReason.CREDENTIALS_INVALID, why);
  }
}
