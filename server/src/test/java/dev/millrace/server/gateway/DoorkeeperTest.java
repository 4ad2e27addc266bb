package dev.millrace.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests reach a route, without a network. */
final class DoorkeeperTest {
  private static final String APP = "https://app.example.org";

  private final List<Credentials> shown = new ArrayList<>();
  private final InFlight inFlight = new InFlight();
  private final Doorkeeper doorkeeper =
      new Doorkeeper(
          new Origins(Set.of(), Set.of(APP), true),
          this::admit,
          new HttpErrors(new StatusMapper(() -> "error")::toStatus),
          () -> "made-up",
          inFlight);
  private final HttpService route =
      (context, request) -> {
        served = RequestCaller.of(context);
        return HttpResponse.of(HttpStatus.OK);
      };
  private boolean closed;
  private @Nullable Caller served;
  private HttpHeaders added = HttpHeaders.of();

  @Test
  void serve_request_isServedToWhomItIsAdmitted() throws Exception {
    assertThat(ask(get()).status()).isEqualTo(HttpStatus.OK);
    assertThat(served).isEqualTo(new Caller("alice"));
    assertThat(shown).hasSize(1);
    assertThat(shown.get(0).authorization()).isEqualTo("Bearer x");
    assertThat(shown.get(0).apiKey()).isEqualTo("key");
    assertThat(shown.get(0).address()).isEqualTo("127.0.0.1");
    assertThat(shown.get(0).certificate().get()).isEmpty();
    assertThat(added.get("x-request-id")).isEqualTo("made-up");
    assertThat(added.get("x-content-type-options")).isEqualTo("nosniff");
    assertThat(added.get("x-frame-options")).isEqualTo("DENY");
    assertThat(added.get("referrer-policy")).isEqualTo("no-referrer");
    assertThat(added.get("cross-origin-resource-policy")).isEqualTo("same-origin");
    assertThat(added.get("access-control-allow-origin")).isNull();
  }

  @Test
  void serve_requestThatIsNotAdmitted_reachesNoRoute() throws Exception {
    closed = true;
    assertThat(ask(get()).status()).isEqualTo(HttpStatus.UNAUTHORIZED);
    assertThat(served).isNull();
  }

  @Test
  void serve_nameThatIsNotOurs_reachesNoRoute() throws Exception {
    AggregatedHttpResponse answer = ask(get().authority("evil.example.org"));
    assertThat(answer.status()).isEqualTo(HttpStatus.MISDIRECTED_REQUEST);
    assertThat(answer.contentUtf8()).contains("HOST_REFUSED", "made-up");
    assertThat(served).isNull();
    assertThat(shown).as("no credentials are looked at").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost, 200",
    "https://localhost, 200",
    "https://app.example.org, 200",
    "http://localhost:1, 403",
    "https://evil.example.org, 403",
    "null, 403"
  })
  void serve_page_isServedIfItIsOursOrAllowed(String origin, int status) throws Exception {
    AggregatedHttpResponse answer = ask(get().set("origin", origin));
    assertThat(answer.status().code()).isEqualTo(status);
    assertThat(served == null).isEqualTo(status == 403);
    boolean allowed = origin.equals(APP);
    assertThat(added.get("access-control-allow-origin")).isEqualTo(allowed ? APP : null);
    assertThat(added.get("vary")).isEqualTo(allowed ? "origin" : null);
    assertThat(added.contains("access-control-expose-headers")).isEqualTo(allowed);
  }

  /** What a foreign page embeds is not for it; a link that a person follows is. */
  @ParameterizedTest
  @CsvSource({
    "GET, cross-site, no-cors, image, 403",
    "GET, same-site, no-cors, script, 403",
    "GET, same-origin, cors, empty, 200",
    "GET, none, navigate, document, 200",
    "GET, cross-site, navigate, document, 200",
    "GET, same-site, navigate, document, 200",
    "POST, cross-site, navigate, document, 403",
    "GET, cross-site, navigate, iframe, 403",
    "GET, cross-site, cors, document, 403",
    "GET, , , , 200"
  })
  void serve_withoutAnOrigin_isServedUnlessAForeignPageEmbedsIt(
      HttpMethod method, String site, String mode, String destination, int status)
      throws Exception {
    RequestHeadersBuilder headers = get().method(method);
    if (site != null) {
      headers.set("sec-fetch-site", site);
      headers.set("sec-fetch-mode", mode);
      headers.set("sec-fetch-dest", destination);
    }
    assertThat(ask(headers).status().code()).isEqualTo(status);
    assertThat(served == null).isEqualTo(status == 403);
  }

  @Test
  void serve_preflightOfAnAllowedPage_isAnsweredAtTheDoor() throws Exception {
    RequestHeadersBuilder headers =
        get()
            .method(HttpMethod.OPTIONS)
            .set("origin", APP)
            .set("access-control-request-method", "POST");
    AggregatedHttpResponse answer = ask(headers);
    assertThat(answer.status()).isEqualTo(HttpStatus.NO_CONTENT);
    assertThat(answer.headers().get("access-control-allow-methods")).contains("POST");
    assertThat(answer.headers().get("access-control-allow-headers")).contains("authorization");
    assertThat(answer.headers().get("access-control-max-age")).isEqualTo("600");
    assertThat(served).isNull();
    assertThat(ask(headers.method(HttpMethod.GET)).status()).isEqualTo(HttpStatus.OK);
    assertThat(ask(get().method(HttpMethod.OPTIONS).set("origin", APP)).status())
        .as("an OPTIONS that asks for nothing")
        .isEqualTo(HttpStatus.OK);
    assertThat(ask(headers.method(HttpMethod.OPTIONS).set("origin", "https://evil.org")).status())
        .isEqualTo(HttpStatus.FORBIDDEN);
  }

  @Test
  void current_onTheThreadOfARequest_isItsCaller() throws Exception {
    assertThat(RequestCaller.current()).isNull();
    ServiceRequestContext context = context(get());
    assertThat(RequestCaller.of(context)).isEqualTo(Caller.UNKNOWN);
    doorkeeper.serve(route, context, context.request());
    try (var on = context.push()) {
      assertThat(RequestCaller.current()).isEqualTo(new Caller("alice"));
    }
  }

  @Test
  void serve_request_isUnderWayUntilItIsAnswered() throws Exception {
    ServiceRequestContext context = context(get());
    HttpResponse answer = doorkeeper.serve(route, context, context.request());
    assertThat(inFlight.whenNone()).isNotDone();
    answer.aggregate().join();
    context.logBuilder().endRequest();
    context.logBuilder().endResponse();
    assertThat(context.log().whenComplete()).isDone();
    assertThat(inFlight.whenNone()).isDone();
  }

  private AggregatedHttpResponse ask(RequestHeadersBuilder headers) throws Exception {
    ServiceRequestContext context = context(headers);
    try (var on = context.push()) {
      HttpResponse answer = doorkeeper.serve(route, context, context.request());
      added = context.additionalResponseHeaders();
      return answer.aggregate().join();
    }
  }

  private static ServiceRequestContext context(RequestHeadersBuilder headers) {
    return ServiceRequestContext.builder(HttpRequest.of(headers.build())).build();
  }

  private static RequestHeadersBuilder get() {
    return RequestHeaders.builder(HttpMethod.GET, "/api/v1/models")
        .scheme("http")
        .authority("localhost")
        .set("authorization", "Bearer x")
        .set("x-api-key", "key");
  }

  private Caller admit(String pattern, String path, Credentials credentials) {
    shown.add(credentials);
    if (closed) {
      throw new ServingException(ErrorReason.CREDENTIALS_MISSING, "who are you");
    }
    return new Caller("alice");
  }
}
