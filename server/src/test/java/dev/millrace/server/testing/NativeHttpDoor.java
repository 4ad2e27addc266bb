package dev.millrace.server.testing;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.SettableFuture;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.server.gateway.message.MessageJson;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.CallOptions;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The native API by HTTP, as JSON or as protobuf. */
public record NativeHttpDoor(RestClient client, boolean binary) implements Door {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";

  @Override
  public Wire wire() {
    return Wire.NATIVE;
  }

  @Override
  public ListenableFuture<PredictResponse> predict(PredictRequest request, CallOptions options) {
    String model = request.getModel();
    PredictRequest body = request.toBuilder().clearModel().build();
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.send(
            "POST",
            "/api/v1/" + (model.startsWith("models/") ? model : "models/" + model) + ":predict",
            binary ? body.toByteArray() : MessageJson.bytes(body),
            options,
            "Content-Type",
            binary ? PROTOBUF : JSON,
            "Accept",
            binary ? PROTOBUF : JSON);
    SettableFuture<PredictResponse> future = SettableFuture.create();
    sent.whenComplete(
        (response, failure) -> {
          try {
            if (failure != null) {
              throw failure;
            }
            future.set(decode(RestClient.orThrow(response).body()));
          } catch (Throwable error) {
            future.setException(error instanceof CompletionException ? error.getCause() : error);
          }
        });
    future.addListener(
        () -> {
          if (future.isCancelled()) {
            sent.cancel(true);
          }
        },
        Runnable::run);
    return future;
  }

  private PredictResponse decode(byte[] body) throws InvalidProtocolBufferException {
    if (binary) {
      return PredictResponse.parseFrom(body);
    }
    PredictResponse.Builder response = PredictResponse.newBuilder();
    MessageJson.read(new ByteArrayInputStream(body), response);
    return response.build();
  }

  @Override
  public String toString() {
    return "native http " + (binary ? "protobuf" : "json");
  }
}
