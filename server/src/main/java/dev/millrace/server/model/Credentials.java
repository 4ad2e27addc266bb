package dev.millrace.server.model;

import java.util.List;
import java.util.function.Supplier;

/**
 * What a caller shows of who that is. Its texts are secrets: they are in no log and no error.
 *
 * @param address that the call comes from, without a port; empty where there is none
 * @param authorization the header of this name; empty without one
 * @param apiKey the header {@code x-api-key}; empty without one
 * @param certificate names in a client certificate that TLS has verified, as {@link
 *     CertificateNames} writes them; empty without one; asked for only where they matter
 */
public record Credentials(
    String address, String authorization, String apiKey, Supplier<List<String>> certificate) {
  /** The header that carries a key or a token. */
  public static final String AUTHORIZATION = "authorization";

  /** Another header that carries a key. */
  public static final String API_KEY = "x-api-key";

  /** Nothing but an address. */
  public static Credentials none(String address) {
    return new Credentials(address, "", "", List::of);
  }

  /** The address alone. */
  @Override
  public String toString() {
    return "credentials of " + address;
  }
}
