package dev.millrace.server.gateway;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.function.Supplier;

/**
 * What holds for every request before it reaches a route: it gets an id, is meant for this server,
 * comes from no page of somebody else's, and from somebody who may ask. Thread-safe.
 */
final class Doorkeeper implements DecoratingHttpServiceFunction {
  private static final String METHODS = "GET, POST, PUT, DELETE";
  private static final String REQUEST_HEADERS =
      "authorization, x-api-key, content-type, grpc-timeout, x-grpc-web, x-user-agent,"
          + " x-request-id, traceparent, tracestate, last-event-id,"
          + " inference-header-content-length";
  private static final String ANSWER_HEADERS =
      "grpc-status, grpc-message, grpc-status-details-bin, x-request-id,"
          + " inference-header-content-length";
  private static final String PREFLIGHT_SECONDS = "600";

  private final Origins origins;
  private final Admission admission;
  private final HttpErrors errors;
  private final Supplier<String> ids;
  private final InFlight inFlight;

  Doorkeeper(
      Origins origins,
      Admission admission,
      HttpErrors errors,
      Supplier<String> ids,
      InFlight inFlight) {
    this.inFlight = inFlight;
    this.origins = origins;
    this.admission = admission;
    this.errors = errors;
    this.ids = ids;
  }

  @Override
  public HttpResponse serve(HttpService route, ServiceRequestContext context, HttpRequest request)
      throws Exception {
    inFlight.begin();
    context.log().whenComplete().thenRun(inFlight::end);
    FirstRequest.seen(context.log().partial().channel());
    RequestId.give(context, ids);
    context.setAdditionalResponseHeader("x-content-type-options", "nosniff");
    context.setAdditionalResponseHeader("x-frame-options", "DENY");
    context.setAdditionalResponseHeader("referrer-policy", "no-referrer");
    RequestHeaders headers = request.headers();
    if (!origins.knowsHost(headers.authority())) {
      return refused(
          context,
          new ServingException(
              ErrorReason.HOST_REFUSED,
              "this server is not known by the name that the request was sent to; name it in"
                  + " --http-hosts"));
    }
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin == null ? isForeignEmbed(headers) : isForeign(headers, origin)) {
      return refused(
          context,
          new ServingException(
              ErrorReason.ORIGIN_REFUSED,
              "a page of another origin sent this request; name the origin in --http-origins to"
                  + " allow it"));
    }
    if (origin != null && origins.allows(origin)) {
      context.setAdditionalResponseHeader("access-control-allow-origin", origin);
      context.setAdditionalResponseHeader("access-control-expose-headers", ANSWER_HEADERS);
      context.setAdditionalResponseHeader("vary", "origin");
      if (headers.method() == HttpMethod.OPTIONS
          && headers.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
        return preflight();
      }
    } else {
      context.setAdditionalResponseHeader("cross-origin-resource-policy", "same-origin");
    }
    try {
      RequestCaller.admit(context, admission);
    } catch (RuntimeException refused) {
      return refused(context, refused);
    }
    return route.serve(context, request);
  }

  private HttpResponse refused(ServiceRequestContext context, RuntimeException why) {
    return Refusal.of(context, errors.status(why));
  }

  private boolean isForeign(RequestHeaders headers, String origin) {
    return !origins.isOwn(origin, headers.authority()) && !origins.allows(origin);
  }

  /** A picture, script or frame of somebody else's page; a link that a person follows is none. */
  private static boolean isForeignEmbed(RequestHeaders headers) {
    String site = headers.get("sec-fetch-site");
    boolean foreign = "cross-site".equals(site) || "same-site".equals(site);
    boolean followed =
        "navigate".equals(headers.get("sec-fetch-mode"))
            && "document".equals(headers.get("sec-fetch-dest"))
            && headers.method() == HttpMethod.GET;
    return foreign && !followed;
  }

  private static HttpResponse preflight() {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.NO_CONTENT)
            .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
            .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
            .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS)
            .build());
  }
}
