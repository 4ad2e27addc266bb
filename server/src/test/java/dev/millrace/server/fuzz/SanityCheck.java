package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.server.testing.Door;
import dev.millrace.server.testing.KserveDoor;
import dev.millrace.server.testing.NativeDoor;
import dev.millrace.server.testing.TfServingDoor;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import io.grpc.Channel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Honest callers between hostile ones, on each wire in turn; they get right answers. */
final class SanityCheck {
  private static final int ELEMENTS = 16;

  private final List<Target> targets;
  private final FuzzReport report;

  SanityCheck(List<Target> targets, FuzzReport report) {
    this.targets = targets;
    this.report = report;
  }

  /** Asks twice; which wire and which model, says the batch. */
  void ask(Channel channel, long batch) throws InterruptedException {
    List<Door> doors =
        List.of(
            new NativeDoor(channel),
            new KserveDoor(channel, false),
            new KserveDoor(channel, true),
            new TfServingDoor(channel, false),
            new TfServingDoor(channel, true));
    Door door = doors.get((int) (batch % doors.size()));
    float value = batch % 1000;
    expect(door, request("doubling", floats(value, 1)), floats(2 * value, 2));
    Target target = targets.get((int) (batch / doors.size() % targets.size()));
    if (target.isIdentity()) {
      Tensor x = tensor(target.inputs().get(0).dtype());
      expect(door, request(target.model(), x), x);
    }
  }

  private void expect(Door door, PredictRequest request, Tensor y) throws InterruptedException {
    CallOptions patient = CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
    try {
      Tensor answer = door.predict(request, patient).get().getOutputsOrThrow("y");
      if (!answer.equals(y)) {
        report.finding(
            "a good request over " + door + " got a wrong answer", request.toByteArray());
      }
    } catch (ExecutionException refused) {
      report.finding(
          "a good request over " + door + " was refused: " + refused.getCause(),
          request.toByteArray());
    }
  }

  private static PredictRequest request(String model, Tensor x) {
    return PredictRequest.newBuilder().setModel(model).putInputs("x", x).build();
  }

  private static Tensor floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return Tensor.newBuilder()
        .setDtype(DataType.DATA_TYPE_FLOAT32)
        .addShape(1)
        .addShape(values.length)
        .setData(ByteString.copyFrom(bytes.flip()))
        .build();
  }

  private static Tensor tensor(DataType dtype) {
    Tensor.Builder x = Tensor.newBuilder().setDtype(dtype).addShape(ELEMENTS);
    if (dtype == DataType.DATA_TYPE_STRING) {
      for (int i = 0; i < ELEMENTS; i++) {
        x.addStrings(ByteString.copyFrom(new byte[] {(byte) i, -1}));
      }
      return x.build();
    }
    int size = dev.millrace.server.tensor.DataType.ofNumber(dtype.getNumber()).byteSize();
    return x.setData(ByteString.copyFrom(new byte[ELEMENTS * size])).build();
  }
}
