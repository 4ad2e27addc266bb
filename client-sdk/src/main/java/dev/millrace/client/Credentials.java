package dev.millrace.client;

import io.grpc.Metadata;
import java.util.function.Supplier;

/**
 * Who a client is: an API key or a token. It is asked for before each call, so that it may be
 * exchanged, and never written to a log. Immutable.
 */
public final class Credentials {
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Metadata.Key<String> header;
  private final String prefix;
  private final Supplier<String> secret;
  private final boolean inPlainText;

  private Credentials(
      Metadata.Key<String> header, String prefix, Supplier<String> secret, boolean inPlainText) {
    this.header = header;
    this.prefix = prefix;
    this.secret = secret;
    this.inPlainText = inPlainText;
  }

  /** An API key, as {@code millrace keys create} shows it. */
  public static Credentials apiKey(Supplier<String> key) {
    return new Credentials(API_KEY, "", key, false);
  }

  /** A token of an identity provider. */
  public static Credentials bearerToken(Supplier<String> token) {
    return new Credentials(AUTHORIZATION, "Bearer ", token, false);
  }

  /**
   * Sends it even without encryption to another machine, where everybody on the way can read it.
   * Without this, such calls fail before anything is sent.
   */
  public Credentials evenInPlainText() {
    return new Credentials(header, prefix, secret, true);
  }

  boolean isForPlainText() {
    return inPlainText;
  }

  /**
   * The header of one call.
   *
   * @throws IllegalStateException if there is no secret now, or none that fits a header
   */
  Metadata headers() {
    String now = secret.get().strip();
    if (now.isEmpty() || !now.chars().allMatch(letter -> letter > ' ' && letter < 0x7F)) {
      throw new IllegalStateException("the key or token is empty, or has characters no header may");
    }
    Metadata headers = new Metadata();
    headers.put(header, prefix + now);
    return headers;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "Credentials[" + header.name() + "]";
  }
}
