package dev.millrace.server.gateway.v1;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.HttpRoutes;
import dev.millrace.server.gateway.RequestId;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The OpenAPI document, and the page that shows it to a person: nothing from elsewhere, no script
 * in the page itself. Immutable.
 */
public final class ApiPage implements HttpRoutes {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final MediaType SCRIPT = MediaType.parse("text/javascript; charset=utf-8");

  private final HttpErrors errors;

  /** The page. */
  public ApiPage(HttpErrors errors) {
    this.errors = errors;
  }

  @Override
  public void addTo(ServerBuilder builder) {
    byte[] document =
        OpenApiDocument.write(NativeRoute.of(NativeApi.SERVICES), ProtoComments.load());
    get(builder, "/api/v1/openapi.json", MediaType.JSON_UTF_8, document);
    for (String start : List.of("/api/v1", "/api/v1/")) {
      builder.service(
          Route.builder().exact(start).methods(HttpMethod.GET, HttpMethod.HEAD).build(),
          (context, request) -> HttpResponse.ofRedirect("/api"));
    }
    get(builder, "/api", MediaType.HTML_UTF_8, resource("api.html"));
    get(builder, "/api/", MediaType.HTML_UTF_8, resource("api.html"));
    get(builder, "/api/api.js", SCRIPT, resource("api.js"));
    get(builder, "/api/api.css", MediaType.CSS_UTF_8, resource("api.css"));
  }

  private void get(ServerBuilder builder, String path, MediaType type, byte[] body) {
    ResponseHeaders headers =
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(type)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
            .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
            .build();
    builder.service(
        Route.builder().exact(path).build(),
        (context, request) ->
            request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD
                ? HttpResponse.of(headers, HttpData.wrap(body))
                : errors.response(
                    RequestId.of(context),
                    new ServingException(
                        ErrorReason.METHOD_NOT_ALLOWED, "this path takes GET only")));
  }

  private static byte[] resource(String name) {
    try (InputStream stream = ApiPage.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the build left out " + name);
      }
      return stream.readAllBytes();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
