package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import java.util.List;
import java.util.Random;

/** Makes requests, from right to absurd, out of a seed. Confined to one thread. */
final class RequestMaker {
  private static final List<String> NAMES =
      List.of(
          "",
          " ",
          "x",
          "y",
          "X",
          "images:0",
          "../x",
          "a/../../b",
          "models/",
          "models/mnist",
          "models/mnist/versions/1",
          "models/mnist/versions/0",
          "models/mnist/versions/-1",
          "models/mnist/versions/9223372036854775808",
          "models/mnist/labels/stable",
          "models/../versions/1",
          "mnist\n",
          "mnist\u0000",
          "\u202Etsinm",
          "ﬃ\uD83D\uDE00",
          "%s%n",
          "${jndi:x}",
          "serving_default",
          "__saved_model_init_op",
          "\"]}'; drop",
          "n".repeat(5000));

  private final Random random;
  private final List<Target> targets;
  private final TensorMaker tensors;
  private final ByteMangler mangler;

  RequestMaker(Random random, List<Target> targets) {
    this.random = random;
    this.targets = targets;
    this.tensors = new TensorMaker(random);
    this.mangler = new ByteMangler(random);
  }

  /** The next request. */
  FuzzCall next() {
    Target target = targets.get(random.nextInt(targets.size()));
    PredictRequest.Builder request = fitting(target);
    int bends = random.nextInt(10) < 4 ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < bends; i++) {
      bend(request, target);
    }
    byte[] bytes = request.build().toByteArray();
    boolean mangled = random.nextInt(5) == 0;
    byte[] sent = mangled ? mangler.mangle(bytes) : bytes;
    long deadlineMicros = random.nextInt(10) == 0 ? 1 + random.nextInt(20_000) : 0;
    int cancelAfter = random.nextInt(20) == 0 ? random.nextInt(2000) : -1;
    return new FuzzCall(
        target, sent, bends == 0 && !mangled ? request.build() : null, deadlineMicros, cancelAfter);
  }

  /** A request that fits its target. */
  PredictRequest.Builder fitting(Target target) {
    PredictRequest.Builder request =
        PredictRequest.newBuilder().setModel(target.model()).setSignature(target.signature());
    for (Target.Input input : target.inputs()) {
      request.putInputs(input.name(), tensors.fitting(input).build());
    }
    if (random.nextInt(4) == 0) {
      request.addOutputs(target.outputs().get(random.nextInt(target.outputs().size())));
    }
    return request.setPriorityValue(random.nextInt(5));
  }

  private void bend(PredictRequest.Builder request, Target target) {
    Target.Input input = target.inputs().get(random.nextInt(target.inputs().size()));
    switch (random.nextInt(14)) {
      case 0 -> request.setModel(name());
      case 1 -> request.setModel("models/" + target.model() + "/labels/" + name());
      case 2 -> request.setSignature(name());
      case 3 -> request.putInputs(name(), tensors.fitting(input).build());
      case 4 -> request.removeInputs(input.name());
      case 5 -> request.addOutputs(name());
      case 6 -> {
        String output = target.outputs().get(0);
        request.addOutputs(output).addOutputs(output);
      }
      case 7 -> request.setPriorityValue(random.nextInt());
      case 8 -> {
        if (random.nextInt(40) == 0) {
          request.putInputs(input.name(), large(input.dtype()));
        }
      }
      default ->
          request.putInputs(
              input.name(),
              tensors.bend(request.getInputsOrDefault(input.name(), empty()).toBuilder()).build());
    }
  }

  private Tensor large(DataType dtype) {
    Tensor.Builder tensor = Tensor.newBuilder().setDtype(dtype);
    if (dtype == DataType.DATA_TYPE_STRING) {
      int count = 1 << random.nextInt(19);
      tensor.addShape(count);
      for (int i = 0; i < count; i++) {
        tensor.addStrings(ByteString.EMPTY);
      }
      return tensor.build();
    }
    int bytes = 1 << (16 + random.nextInt(10));
    return tensor.addShape(bytes / 4).setData(ByteString.copyFrom(new byte[bytes])).build();
  }

  private String name() {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  private static Tensor empty() {
    return Tensor.getDefaultInstance();
  }
}
