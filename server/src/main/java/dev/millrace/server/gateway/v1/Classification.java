package dev.millrace.server.gateway.v1;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.RequestBody;
import dev.millrace.server.gateway.RequestId;
import dev.millrace.server.gateway.ServiceCalls;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * {@code POST .../models/{model}:classify} with a picture's file as the body: runs the signature
 * {@code classify_image}, and answers in words, or as JSON where that is asked for. Thread-safe.
 */
final class Classification {
  static final List<PathTemplate> PATHS =
      List.of(
          PathTemplate.parse("/api/v1/{model=models/*}:classify"),
          PathTemplate.parse("/api/v1/{model=models/*/versions/*}:classify"),
          PathTemplate.parse("/api/v1/{model=models/*/labels/*}:classify"));

  private static final String SIGNATURE = "classify_image";
  private static final String INPUT = "encoded";
  // curl's --data-binary says a form unless it is told otherwise.
  private static final Set<String> TYPES =
      Set.of("application/octet-stream", "application/x-www-form-urlencoded");

  private final ServiceCalls calls;
  private final HttpErrors errors;
  private final LongSupplier nanoTime;

  Classification(ServiceCalls calls, HttpErrors errors, LongSupplier nanoTime) {
    this.calls = calls;
    this.errors = errors;
    this.nanoTime = nanoTime;
  }

  /** The name of the model when the path is one of these. */
  static Optional<String> model(String path) {
    return PATHS.stream()
        .flatMap(template -> template.match(path).stream())
        .map(variables -> variables.get("model"))
        .findFirst();
  }

  HttpResponse serve(String model, ServiceRequestContext context, HttpRequest request) {
    long begun = nanoTime.getAsLong();
    return HttpResponse.of(
        RequestBody.read(context, request)
            .thenCompose(
                body ->
                    calls.unary(
                        context,
                        InferenceServiceGrpc.getPredictMethod(),
                        predict(model, request.headers(), body)))
            .thenApply(
                answer ->
                    response(
                        TopClasses.of(answer), request.headers(), nanoTime.getAsLong() - begun))
            .exceptionally(failure -> errors.response(RequestId.of(context), failure)));
  }

  private static PredictRequest predict(String model, RequestHeaders headers, byte[] body) {
    MediaType type = headers.contentType();
    if (type != null
        && !type.belongsTo(MediaType.ANY_IMAGE_TYPE)
        && !TYPES.contains(type.type() + "/" + type.subtype())) {
      throw new ServingException(
          ErrorReason.MEDIA_TYPE_UNSUPPORTED,
          "the body must be the bytes of a picture, as image/png or image/jpeg");
    }
    if (body.length == 0) {
      throw new ServingException(
          ErrorReason.REQUEST_MALFORMED,
          "the body is empty; send the bytes of a picture, such as --data-binary @digit.png");
    }
    ByteString picture = UnsafeByteOperations.unsafeWrap(body);
    return PredictRequest.newBuilder()
        .setModel(model)
        .setSignature(SIGNATURE)
        .putAllInputs(
            Map.of(
                INPUT,
                Tensor.newBuilder()
                    .setDtype(DataType.DATA_TYPE_STRING)
                    .addShape(1)
                    .addStrings(picture)
                    .build()))
        .build();
  }

  private static HttpResponse response(TopClasses top, RequestHeaders headers, long nanos) {
    boolean json =
        headers.accept().stream()
            .filter(type -> !type.type().equals("*"))
            .findFirst()
            .filter(MediaType.JSON::belongsTo)
            .isPresent();
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(json ? MediaType.JSON_UTF_8 : MediaType.PLAIN_TEXT_UTF_8)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .set(HttpHeaderNames.VARY, "accept")
            .build(),
        HttpData.ofUtf8(json ? top.json() : top.words(nanos)));
  }
}
