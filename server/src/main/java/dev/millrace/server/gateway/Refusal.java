package dev.millrace.server.gateway;

import com.google.rpc.Status;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers to requests that are turned away at the door, before their bodies are read. Stateless.
 */
final class Refusal {
  private static final String GRPC = "application/grpc";
  private static final Set<HttpMethod> WITHOUT_BODY =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.DELETE);

  private Refusal() {}

  /** The answer, in the form that the client reads. */
  static HttpResponse of(ServiceRequestContext context, Status status) {
    RequestHeaders headers = context.request().headers();
    if (!WITHOUT_BODY.contains(headers.method())) {
      Unread.close(context);
    }
    @Nullable String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    return type != null && type.startsWith(GRPC)
        ? grpc(type, status)
        : HttpErrors.response(context, status);
  }

  /** An answer of gRPC without messages, whose trailers come as headers. */
  private static HttpResponse grpc(String type, Status status) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .set(HttpHeaderNames.CONTENT_TYPE, type)
            .set("grpc-status", Integer.toString(status.getCode()))
            .set("grpc-message", percent(status.getMessage()))
            .set(
                "grpc-status-details-bin",
                Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray()))
            .build());
  }

  private static String percent(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
