package dev.millrace.server.protocol.audit;

import io.grpc.Metadata;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The id of a request: the caller's own where it has a harmless form, or one made up. */
final class CallerRequestId {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private CallerRequestId() {}

  static String of(Metadata headers, Supplier<String> ids) {
    @Nullable String own = headers.get(HEADER);
    return own != null && HARMLESS.matcher(own).matches() ? own : ids.get();
  }
}
