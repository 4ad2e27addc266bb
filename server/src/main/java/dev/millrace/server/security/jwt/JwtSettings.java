package dev.millrace.server.security.jwt;

import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose tokens are taken.
 *
 * @param issuer the {@code iss} that a token must have
 * @param audience one of the {@code aud} that a token must have
 * @param keys where the issuer's keys are, as a JWK set: an {@code https} URL, or one of this
 *     machine, or a file
 * @param rolesClaim the claim with the roles, as {@code roles} or {@code realm_access.roles}
 */
public record JwtSettings(String issuer, String audience, String keys, String rolesClaim) {
  private static final Pattern URL =
      Pattern.compile("[a-z][a-z0-9+.-]*://.*", Pattern.CASE_INSENSITIVE);

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException with what to give
   */
  public JwtSettings {
    if (issuer.isEmpty() || audience.isEmpty() || keys.isEmpty()) {
      throw new IllegalArgumentException(
          "jwt-issuer, jwt-audience and jwt-keys belong together; give all three");
    }
    if (rolesClaim.isEmpty()) {
      throw new IllegalArgumentException("jwt-roles-claim must name a claim, such as 'roles'");
    }
    if (URL.matcher(keys).matches() && !isTrustworthy(keys)) {
      throw new IllegalArgumentException(
          "jwt-keys must be an https URL (http only on this machine) or a file");
    }
  }

  /** The URL of the keys; empty where they are in a file. */
  Optional<URI> url() {
    return URL.matcher(keys).matches() ? Optional.of(URI.create(keys)) : Optional.empty();
  }

  /** The file of the keys, where they are in one. */
  Path file() {
    return Path.of(keys);
  }

  /** Keys that came in plain text over a network would be anybody's. */
  private static boolean isTrustworthy(String text) {
    try {
      URI url = URI.create(text);
      String scheme = url.getScheme().toLowerCase(Locale.ROOT);
      String host = url.getHost();
      boolean here = "localhost".equals(host) || "127.0.0.1".equals(host) || "[::1]".equals(host);
      return host != null && (scheme.equals("https") || (scheme.equals("http") && here));
    } catch (IllegalArgumentException noUrl) {
      return false;
    }
  }
}
