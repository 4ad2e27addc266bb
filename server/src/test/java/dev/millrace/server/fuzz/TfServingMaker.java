package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.testing.TfServingDoor;
import dev.millrace.v1.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** TensorFlow Serving's Predict. */
final class TfServingMaker implements CallMaker {
  private final Random random;
  private final RequestMaker requests;
  private final TensorMaker tensors;
  private final CallShaper shaper;
  private final NameMaker names;

  TfServingMaker(Random random, List<Target> targets) {
    this.random = random;
    this.tensors = new TensorMaker(random, true);
    this.requests = new RequestMaker(random, targets, tensors);
    this.shaper = new CallShaper(random);
    this.names = new NameMaker(random);
  }

  @Override
  public FuzzCall next() {
    Target target = requests.target();
    dev.millrace.v1.PredictRequest fitting = requests.fitting(target).build();
    boolean typed = random.nextBoolean();
    PredictRequest.Builder request = TfServingDoor.encode(fitting, typed).toBuilder();
    int bends = random.nextInt(10) < 4 ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < bends; i++) {
      bend(request);
    }
    // As typed values, a BOOL is a bit and no byte.
    boolean exact = !typed || target.inputs().get(0).dtype() != DataType.DATA_TYPE_BOOL;
    return shaper.unary(
        PredictionServiceGrpc.getPredictMethod(),
        Map.of("millrace-tensor-content", Boolean.toString(!typed)),
        request.build(),
        bends == 0 && target.isIdentity() && exact
            ? Echo.of(
                fitting, answer -> TfServingDoor.decode(PredictResponse.parseFrom(answer), typed))
            : null);
  }

  /** Makes a spec of a model name something else. */
  void bend(ModelSpec.Builder spec) {
    switch (random.nextInt(5)) {
      case 0 -> spec.setName(names.next());
      case 1 -> spec.setVersion(Int64Value.of(tensors.size()));
      case 2 -> spec.setVersionLabel(names.next());
      case 3 -> spec.clear();
      default -> spec.setSignatureName(names.next());
    }
  }

  private void bend(PredictRequest.Builder request) {
    List<String> aliases = new ArrayList<>(request.getInputsMap().keySet());
    switch (random.nextInt(10)) {
      case 0, 1 -> bend(request.getModelSpecBuilder());
      case 2 -> request.addOutputFilter(names.next());
      case 3 -> request.addOutputFilter("y").addOutputFilter("y");
      default -> {
        if (!aliases.isEmpty()) {
          String alias = aliases.get(random.nextInt(aliases.size()));
          TensorProto.Builder tensor = request.getInputsOrThrow(alias).toBuilder();
          switch (random.nextInt(8)) {
            case 0 -> request.removeInputs(alias);
            case 1 -> request.putInputs(names.next(), tensor.build());
            default -> request.putInputs(alias, bend(tensor).build());
          }
        }
      }
    }
  }

  private TensorProto.Builder bend(TensorProto.Builder tensor) {
    ByteString noise = ByteString.copyFrom(tensors.bytes(random.nextInt(64)));
    switch (random.nextInt(10)) {
      case 0 -> tensor.setDtypeValue(random.nextInt(4) == 0 ? random.nextInt() : anyDtype());
      case 1 -> tensor.setTensorContent(noise);
      case 2 -> tensor.setTensorContent(tensor.getTensorContent().concat(noise));
      case 3 ->
          tensor
              .clearFloatVal()
              .clearIntVal()
              .clearInt64Val()
              .clearStringVal()
              .clearTensorContent();
      case 4 -> tensor.setVersionNumber(random.nextInt());
      case 5, 6 -> addValue(tensor);
      case 7 -> tensor.getTensorShapeBuilder().setUnknownRank(random.nextBoolean());
      default -> bend(tensor.getTensorShapeBuilder());
    }
    return tensor;
  }

  private void addValue(TensorProto.Builder tensor) {
    switch (random.nextInt(11)) {
      case 0 -> tensor.addFloatVal(Float.NEGATIVE_INFINITY);
      case 1 -> tensor.addDoubleVal(random.nextDouble());
      case 2 -> tensor.addIntVal(random.nextInt());
      case 3 -> tensor.addInt64Val(random.nextLong());
      case 4 -> tensor.addUint32Val(random.nextInt());
      case 5 -> tensor.addUint64Val(random.nextLong());
      case 6 -> tensor.addHalfVal(random.nextInt());
      case 7 -> tensor.addScomplexVal(random.nextFloat());
      case 8 -> tensor.addDcomplexVal(random.nextDouble());
      case 9 -> tensor.addBoolVal(random.nextBoolean());
      default -> tensor.addStringVal(ByteString.copyFrom(tensors.bytes(random.nextInt(30))));
    }
  }

  private void bend(TensorShapeProto.Builder shape) {
    int sizes = random.nextInt(10) == 0 ? 300 : 1;
    for (int i = 0; i < sizes; i++) {
      TensorShapeProto.Dim.Builder dim =
          TensorShapeProto.Dim.newBuilder().setSize(tensors.size()).setName(names.next());
      if (shape.getDimCount() == 0 || random.nextInt(3) == 0) {
        shape.addDim(dim);
      } else {
        shape.setDim(random.nextInt(shape.getDimCount()), dim);
      }
    }
  }

  private int anyDtype() {
    return random.nextInt(26);
  }
}
