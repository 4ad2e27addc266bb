package dev.millrace.server.gateway.console;

import com.google.common.hash.Hashing;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One file of the console as it is sent.
 *
 * @param etag of the content alone, so that a new build invalidates what it changed
 */
record ConsoleFile(MediaType type, HttpData content, String etag) {
  private static final int ETAG_LENGTH = 24;

  private static final Map<String, MediaType> TYPES =
      Map.of(
          "html",
          MediaType.HTML_UTF_8,
          "css",
          MediaType.CSS_UTF_8,
          "js",
          MediaType.create("text", "javascript").withCharset(StandardCharsets.UTF_8),
          "svg",
          MediaType.create("image", "svg+xml"));

  /** The type that a name's ending tells; none for files that are not sent. */
  static Optional<MediaType> typeOf(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return Optional.ofNullable(TYPES.get(ending));
  }

  static ConsoleFile of(MediaType type, byte[] bytes) {
    String digest = Hashing.sha256().hashBytes(bytes).toString().substring(0, ETAG_LENGTH);
    return new ConsoleFile(type, HttpData.wrap(bytes), '"' + digest + '"');
  }
}
