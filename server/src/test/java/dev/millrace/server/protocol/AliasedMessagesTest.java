package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.Drainable;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AliasedMessagesTest {
  private final MethodDescriptor<PredictRequest, PredictResponse> method =
      AliasedMessages.of(InferenceServiceGrpc.getPredictMethod());

  @Test
  void parse_streamClosedAndItsMemoryUsedAgain_messageStaysWhole() {
    PredictRequest sent = request(100_000);
    PooledStream stream = new PooledStream(sent.toByteArray(), 1 << 20, true);
    PredictRequest parsed = method.parseRequest(stream);
    assertThat(stream.closed).isTrue();
    assertThat(parsed).isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "7, true", "4096, true", "7, false", "4096, false"})
  void parse_streamOfManyChunks_isReadToItsEnd(int chunk, boolean knowsItsLength) {
    PredictRequest sent = request(20_000);
    assertThat(method.parseRequest(new PooledStream(sent.toByteArray(), chunk, knowsItsLength)))
        .isEqualTo(sent);
  }

  @Test
  void parse_emptyMessage_isTheDefault() {
    assertThat(method.parseRequest(InputStream.nullInputStream()))
        .isEqualTo(PredictRequest.getDefaultInstance());
  }

  @Test
  void parse_cutOffMessage_failsAndClosesTheStream() {
    byte[] bytes = request(1000).toByteArray();
    PooledStream stream = new PooledStream(Arrays.copyOf(bytes, bytes.length - 1), 64, true);
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> method.parseRequest(stream));
    assertThat(error.getCause()).isInstanceOf(InvalidProtocolBufferException.class);
    assertThat(stream.closed).isTrue();
  }

  @Test
  void parse_twoMessages_shareNoMemory() {
    PredictRequest one = request(1000);
    PredictRequest first = method.parseRequest(new ByteArrayInputStream(one.toByteArray()));
    method.parseRequest(new ByteArrayInputStream(request(900).toByteArray()));
    assertThat(first).isEqualTo(one);
  }

  @Test
  void of_response_handedOver_isTheSame() {
    PredictResponse answer = PredictResponse.newBuilder().setModel("m").build();
    MethodDescriptor.Marshaller<PredictResponse> marshaller = method.getResponseMarshaller();
    assertThat(marshaller.parse(marshaller.stream(answer))).isSameAs(answer);
  }

  @Test
  void of_response_written_isReadBackAsItWas() throws IOException {
    PredictResponse answer = PredictResponse.newBuilder().setModel("m").build();
    InputStream stream = method.getResponseMarshaller().stream(answer);
    assertThat(stream.available()).isEqualTo(answer.getSerializedSize());
    ByteArrayOutputStream drained = new ByteArrayOutputStream();
    assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(answer.getSerializedSize());
    assertThat(PredictResponse.parseFrom(drained.toByteArray())).isEqualTo(answer);
    assertThat(stream.read()).isEqualTo(-1);
    byte[] read = method.getResponseMarshaller().stream(answer).readAllBytes();
    assertThat(PredictResponse.parseFrom(read)).isEqualTo(answer);
  }

  private static PredictRequest request(int bytes) {
    byte[] data = new byte[bytes];
    new Random(bytes).nextBytes(data);
    return PredictRequest.newBuilder()
        .setModel("m")
        .putInputs(
            "x",
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_UINT8)
                .addShape(bytes)
                .setData(ByteString.copyFrom(data))
                .build())
        .build();
  }

  /** As gRPC's: gives its bytes in chunks, and its memory back when it is closed. */
  private static final class PooledStream extends InputStream {
    private final byte[] memory;
    private final int chunk;
    private final boolean knowsItsLength;
    private int position;
    private boolean closed;

    PooledStream(byte[] bytes, int chunk, boolean knowsItsLength) {
      this.memory = bytes.clone();
      this.chunk = chunk;
      this.knowsItsLength = knowsItsLength;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (closed) {
        throw new IOException("closed");
      }
      int count = Math.min(Math.min(length, chunk), memory.length - position);
      if (count == 0) {
        return length == 0 ? 0 : -1;
      }
      System.arraycopy(memory, position, target, offset, count);
      position += count;
      return count;
    }

    @Override
    public int available() {
      return knowsItsLength ? memory.length - position : 0;
    }

    @Override
    public void close() {
      closed = true;
      Arrays.fill(memory, (byte) 0x55);
    }
  }
}
