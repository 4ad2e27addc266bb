package dev.millrace.server.testing;

import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;

/**
 * One wire of the server as its client sees it, so that the same case runs through all. Requests
 * and answers are written as the native API's, with tensors as bytes.
 */
public interface Door {
  /** Its wire, by which expectations differ. */
  Wire wire();

  /** Predicts. */
  ListenableFuture<PredictResponse> predict(PredictRequest request, CallOptions options);

  /** True where codes are HTTP's, which are fewer. */
  default boolean isHttp() {
    return false;
  }

  /** True where its wire has such a tensor, and loses nothing of it. */
  default boolean carries(Tensor tensor) {
    return true;
  }

  /** The wires; two of them are told apart by how they carry tensors. */
  enum Wire {
    NATIVE,
    KSERVE,
    KSERVE_JSON,
    TENSORFLOW_SERVING,
    TENSORFLOW_SERVING_REST
  }
}
