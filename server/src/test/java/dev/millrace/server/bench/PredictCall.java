package dev.millrace.server.bench;

import com.google.protobuf.ByteString;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Predict with messages that are encoded once, so that the load generator spends its processor time
 * on the transport alone.
 */
final class PredictCall {
  private PredictCall() {}

  /** The method, on bytes. */
  static MethodDescriptor<byte[], byte[]> method() {
    return onBytes(InferenceServiceGrpc.getPredictMethod());
  }

  /** Any method, on bytes. */
  static MethodDescriptor<byte[], byte[]> onBytes(MethodDescriptor<?, ?> method) {
    return method.toBuilder(new Bytes(), new Bytes()).build();
  }

  /** A health check, which asks nothing of the server but an answer; its message is empty. */
  static MethodDescriptor<byte[], byte[]> healthCheck() {
    return onBytes(HealthGrpc.getCheckMethod());
  }

  /** A request of float rows to a model. */
  static byte[] request(String model, String input, float[][] rows, long... rowShape) {
    ByteBuffer data =
        ByteBuffer.allocate(4 * rows.length * rows[0].length).order(ByteOrder.LITTLE_ENDIAN);
    Tensor.Builder tensor =
        Tensor.newBuilder().setDtype(DataType.DATA_TYPE_FLOAT32).addShape(rows.length);
    for (long size : rowShape) {
      tensor.addShape(size);
    }
    for (float[] row : rows) {
      for (float value : row) {
        data.putFloat(value);
      }
    }
    tensor.setData(ByteString.copyFrom(data.flip()));
    return PredictRequest.newBuilder()
        .setModel(model)
        .putInputs(input, tensor.build())
        .build()
        .toByteArray();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }
  }
}
