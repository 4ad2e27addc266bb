package dev.millrace.server.testing;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Requests to the HTTP door, and its answers as a client of gRPC would see them. */
public record RestClient(HttpClient http, URI base) {
  /** Reads what the door writes; NaN is a number. */
  public static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build());
  }

  /** A client of a port of this machine. */
  public static RestClient of(int port) {
    return new RestClient(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
        URI.create("http://127.0.0.1:" + port));
  }

  /** A request with a body of any kind, and headers as names and values. */
  public CompletableFuture<HttpResponse<byte[]>> send(
      String method, String path, byte[] body, CallOptions options, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .method(
                method,
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (options.getDeadline() != null) {
      request.header(
          "grpc-timeout",
          Math.max(1, options.getDeadline().timeRemaining(TimeUnit.MILLISECONDS)) + "m");
    }
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** A request without a body, and its answer when it has come. */
  public HttpResponse<byte[]> get(String path) {
    return send("GET", path, new byte[0], CallOptions.DEFAULT).join();
  }

  /** A request with a document. */
  public HttpResponse<byte[]> post(String path, String body) {
    return send(
            "POST",
            path,
            body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            CallOptions.DEFAULT)
        .join();
  }

  /** A document. */
  public static JsonNode json(HttpResponse<byte[]> response) {
    return json(response.body());
  }

  /** A document. */
  public static JsonNode json(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException noJson) {
      throw new UncheckedIOException(noJson);
    }
  }

  /** The answer, or its error as gRPC would have it. */
  public static HttpResponse<byte[]> orThrow(HttpResponse<byte[]> response) {
    if (response.statusCode() == 200) {
      return response;
    }
    String text = new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
    Status.Code code = code(response.statusCode());
    try {
      JsonNode document = JSON.readTree(response.body());
      // The native API's errors are statuses, which have gRPC's codes.
      code =
          document.has("code")
              ? Status.fromCodeValue(document.get("code").asInt()).getCode()
              : code;
      text = document.path("error").asText(document.path("message").asText(text));
    } catch (IOException noJson) {
      // Then it is the text itself.
    }
    throw new StatusRuntimeException(Status.fromCode(code).withDescription(text));
  }

  private static Status.Code code(int status) {
    return switch (status) {
      case 400 -> Status.Code.INVALID_ARGUMENT;
      case 401 -> Status.Code.UNAUTHENTICATED;
      case 403 -> Status.Code.PERMISSION_DENIED;
      case 404 -> Status.Code.NOT_FOUND;
      case 409 -> Status.Code.ABORTED;
      case 413, 429 -> Status.Code.RESOURCE_EXHAUSTED;
      case 499 -> Status.Code.CANCELLED;
      case 501 -> Status.Code.UNIMPLEMENTED;
      case 503 -> Status.Code.UNAVAILABLE;
      case 504 -> Status.Code.DEADLINE_EXCEEDED;
      default -> Status.Code.INTERNAL;
    };
  }
}
