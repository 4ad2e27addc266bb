package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import java.util.List;
import java.util.Random;

/** The native Predict. */
final class RequestMaker implements CallMaker {
  private final Random random;
  private final List<Target> targets;
  private final TensorMaker tensors;
  private final CallShaper shaper;
  private final NameMaker names;

  /**
   * A maker.
   *
   * @param tensors makes what fits
   */
  RequestMaker(Random random, List<Target> targets, TensorMaker tensors) {
    this.random = random;
    this.targets = targets;
    this.tensors = tensors;
    this.shaper = new CallShaper(random);
    this.names = new NameMaker(random);
  }

  Target target() {
    return targets.get(random.nextInt(targets.size()));
  }

  @Override
  public FuzzCall next() {
    Target target = target();
    PredictRequest.Builder request = fitting(target);
    int bends = random.nextInt(10) < 4 ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < bends; i++) {
      bend(request, target);
    }
    PredictRequest made = request.build();
    return shaper.unary(
        InferenceServiceGrpc.getPredictMethod(),
        made,
        bends == 0 && target.isIdentity() ? Echo.of(made, PredictResponse::parseFrom) : null);
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
    return names.next();
  }

  private static Tensor empty() {
    return Tensor.getDefaultInstance();
  }
}
