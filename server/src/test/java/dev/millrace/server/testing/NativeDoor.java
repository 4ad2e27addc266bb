package dev.millrace.server.testing;

import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;

/** The native API. */
public record NativeDoor(Channel channel) implements Door {
  @Override
  public Wire wire() {
    return Wire.NATIVE;
  }

  @Override
  public ListenableFuture<PredictResponse> predict(PredictRequest request, CallOptions options) {
    return ClientCalls.futureUnaryCall(
        channel.newCall(InferenceServiceGrpc.getPredictMethod(), options), request);
  }

  @Override
  public String toString() {
    return "native";
  }
}
