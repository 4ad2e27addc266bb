package dev.millrace.server.gateway.console;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import dev.millrace.server.gateway.HttpRoutes;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The web console at {@code /} and its parts below {@code /console/}: a route for each file that
 * there is, and none for any other. Thread-safe.
 */
public final class ConsoleRoutes implements HttpRoutes {
  /**
   * Scripts, styles and pictures come as files from this server alone, and calls go to it alone.
   * What a server's answer could smuggle into the page is text and stays text.
   */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private static final HttpHeaders HEADERS =
      HttpHeaders.builder()
          .add(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
          .add(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
          .add(HttpHeaderNames.X_FRAME_OPTIONS, "DENY")
          .add(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
          .add(HttpHeaderNames.CROSS_ORIGIN_OPENER_POLICY, "same-origin")
          .add(HttpHeaderNames.CROSS_ORIGIN_RESOURCE_POLICY, "same-origin")
          .add(HttpHeaderNames.PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=()")
          // Asked for anew each time and answered 304, so that a new server is never shown by an
          // old page.
          .add(HttpHeaderNames.CACHE_CONTROL, "no-cache")
          .build();

  private final Map<String, ConsoleFile> files;

  private ConsoleRoutes(Map<String, ConsoleFile> files) {
    this.files = files;
  }

  /**
   * Reads the files.
   *
   * @throws IOException if a part of the console is missing in this build
   */
  public static ConsoleRoutes read() throws IOException {
    return new ConsoleRoutes(ConsoleFiles.read());
  }

  @Override
  public void addTo(ServerBuilder builder) {
    files.forEach(
        (path, file) ->
            builder.service(
                Route.builder().exact(path).methods(HttpMethod.GET, HttpMethod.HEAD).build(),
                (context, request) -> send(request, file)));
  }

  private static HttpResponse send(HttpRequest request, ConsoleFile file) {
    boolean known = knows(request.headers().get(HttpHeaderNames.IF_NONE_MATCH), file.etag());
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
            .add(HEADERS)
            .add(HttpHeaderNames.ETAG, file.etag());
    if (known) {
      return HttpResponse.of(headers.build());
    }
    headers.contentType(file.type()).contentLength(file.content().length());
    boolean head = request.method() == HttpMethod.HEAD;
    return HttpResponse.of(headers.build(), head ? HttpData.empty() : file.content());
  }

  private static boolean knows(@Nullable String tags, String etag) {
    return tags != null && (tags.equals("*") || tags.contains(etag));
  }
}
