package dev.millrace.server.tensorflow.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OK;

import org.tensorflow.internal.c_api.TF_Status;

/** The outcome of one call into TensorFlow. Confined to one thread. */
final class NativeStatus implements AutoCloseable {
  private final TF_Status status = TF_NewStatus();

  TF_Status handle() {
    return status;
  }

  boolean isOk() {
    return TF_GetCode(status) == TF_OK;
  }

  /** TensorFlow's code, which is the canonical one of gRPC. */
  int code() {
    return TF_GetCode(status);
  }

  /** TensorFlow's own words; for the log, since they may name files. */
  String message() {
    return TF_Message(status).getString();
  }

  @Override
  public void close() {
    TF_DeleteStatus(status);
  }
}
