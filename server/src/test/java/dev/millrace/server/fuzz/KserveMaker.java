package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.server.testing.KserveDoor;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** ModelInfer and ModelStreamInfer. */
final class KserveMaker implements CallMaker {
  private static final int MOST_BYTES_OF_COPIES = 16 << 20;
  private static final int MOST_IN_STREAM = 6;
  private static final List<String> DATATYPES =
      List.of(
          "",
          "FP32",
          "FP16",
          "BF16",
          "FP64",
          "BYTES",
          "BOOL",
          "INT8",
          "UINT8",
          "INT32",
          "UINT64",
          "STRING",
          "fp32",
          "QINT8",
          "COMPLEX128",
          "TYPE_FP32",
          "\u0000");

  private final Random random;
  private final RequestMaker requests;
  private final TensorMaker tensors;
  private final CallShaper shaper;
  private final NameMaker names;
  private final ParameterMaker parameters;

  KserveMaker(Random random, List<Target> targets) {
    this.random = random;
    this.tensors = new TensorMaker(random, true);
    this.requests = new RequestMaker(random, targets, tensors);
    this.shaper = new CallShaper(random);
    this.names = new NameMaker(random);
    this.parameters = new ParameterMaker(random);
  }

  @Override
  public FuzzCall next() {
    return random.nextInt(5) == 0 ? stream() : unary();
  }

  private FuzzCall unary() {
    Target target = requests.target();
    PredictRequest fitting = requests.fitting(target).build();
    boolean typed = random.nextBoolean();
    ModelInferRequest.Builder request = KserveDoor.encode(fitting, typed).toBuilder();
    int bends = bend(request);
    // As typed values, a BOOL is a bit and no byte.
    boolean exact = !typed || target.inputs().get(0).dtype() != DataType.DATA_TYPE_BOOL;
    return shaper.unary(
        GRPCInferenceServiceGrpc.getModelInferMethod(),
        request.build(),
        bends == 0 && target.isIdentity() && exact
            ? Echo.of(fitting, answer -> KserveDoor.decode(ModelInferResponse.parseFrom(answer)))
            : null);
  }

  private FuzzCall stream() {
    List<byte[]> messages = new ArrayList<>();
    int count = 1 + random.nextInt(MOST_IN_STREAM);
    boolean whole = random.nextInt(3) > 0;
    for (int i = 0; i < count; i++) {
      PredictRequest fitting = requests.fitting(requests.target()).build();
      ModelInferRequest.Builder request =
          KserveDoor.encode(fitting, random.nextBoolean()).toBuilder();
      bend(request);
      byte[] bytes = request.build().toByteArray();
      messages.add(whole ? bytes : shaper.damaged(bytes));
    }
    return shaper.call(
        GRPCInferenceServiceGrpc.getModelStreamInferMethod(),
        Map.of("triton_grpc_error", Boolean.toString(random.nextBoolean())),
        messages,
        null);
  }

  /** How often it was bent. */
  private int bend(ModelInferRequest.Builder request) {
    int bends = random.nextInt(10) < 4 ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < bends; i++) {
      bendOnce(request);
    }
    return bends;
  }

  private void bendOnce(ModelInferRequest.Builder request) {
    switch (random.nextInt(12)) {
      case 0 -> request.setModelName(names.next());
      case 1 -> request.setModelVersion(names.next());
      case 2 -> request.setId(names.next());
      case 3 -> request.putParameters(parameters.key(), parameters.next());
      case 4 -> request.addOutputs(output());
      case 5 -> request.addOutputs(output()).addOutputs(output());
      case 6 -> bendBlobs(request);
      case 7 -> bendBlobs(request);
      default -> bendInput(request);
    }
  }

  private InferRequestedOutputTensor output() {
    InferRequestedOutputTensor.Builder output =
        InferRequestedOutputTensor.newBuilder().setName(random.nextBoolean() ? "y" : names.next());
    if (random.nextBoolean()) {
      output.putParameters(
          random.nextBoolean() ? "classification" : parameters.key(), parameters.next());
    }
    return output.build();
  }

  private void bendBlobs(ModelInferRequest.Builder request) {
    int count = request.getRawInputContentsCount();
    ByteString noise = ByteString.copyFrom(tensors.bytes(random.nextInt(64)));
    switch (random.nextInt(count == 0 ? 2 : 7)) {
      case 0 -> request.addRawInputContents(noise);
      case 1 -> request.clearRawInputContents();
      case 2 -> request.setRawInputContents(0, noise);
      case 3 -> request.setRawInputContents(0, request.getRawInputContents(0).concat(noise));
      case 4 -> {
        // Of strings, the first length.
        ByteString blob = request.getRawInputContents(0);
        ByteString length = ByteString.copyFrom(tensors.bytes(Math.min(4, blob.size())));
        request.setRawInputContents(0, length.concat(blob.substring(length.size())));
      }
      case 5 -> {
        ByteString blob = request.getRawInputContents(0);
        request.setRawInputContents(0, blob.substring(0, random.nextInt(blob.size() + 1)));
      }
      default -> {
        if (random.nextInt(40) == 0) {
          request.setRawInputContents(
              0, ByteString.copyFrom(new byte[1 << (16 + random.nextInt(10))]));
        }
      }
    }
  }

  private void bendInput(ModelInferRequest.Builder request) {
    if (request.getInputsCount() == 0) {
      return;
    }
    InferInputTensor.Builder input =
        request.getInputsBuilder(random.nextInt(request.getInputsCount()));
    switch (random.nextInt(12)) {
      case 0 -> request.removeInputs(0);
      case 1 -> request.addInputs(input.build());
      case 2 -> {
        int many = Math.min(5000, MOST_BYTES_OF_COPIES / (1 + input.build().getSerializedSize()));
        int copies = random.nextInt(20) == 0 ? many : 3;
        for (int i = 0; i < copies; i++) {
          request.addInputs(input.build().toBuilder().setName(input.getName() + i));
        }
      }
      case 3 -> input.setName(names.next());
      case 4, 5 -> input.setDatatype(DATATYPES.get(random.nextInt(DATATYPES.size())));
      case 6 -> input.putParameters(parameters.key(), parameters.next());
      case 7 -> input.clearContents();
      case 8 -> input.setContents(contents(input.getContents().toBuilder()));
      case 9 -> input.clearShape();
      default -> bendShape(input);
    }
  }

  private InferTensorContents.Builder contents(InferTensorContents.Builder contents) {
    for (int i = random.nextInt(4); i >= 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> contents.addBoolContents(random.nextBoolean());
        case 1 -> contents.addIntContents(random.nextInt());
        case 2 -> contents.addInt64Contents(random.nextLong());
        case 3 -> contents.addUintContents(random.nextInt());
        case 4 -> contents.addUint64Contents(random.nextLong());
        case 5 -> contents.addFp32Contents(Float.NaN);
        case 6 -> contents.addFp64Contents(random.nextDouble());
        default -> contents.addBytesContents(ByteString.copyFrom(tensors.bytes(random.nextInt(9))));
      }
    }
    return contents;
  }

  private void bendShape(InferInputTensor.Builder input) {
    int sizes = random.nextInt(10) == 0 ? 300 : 1;
    for (int i = 0; i < sizes; i++) {
      if (input.getShapeCount() == 0 || random.nextInt(3) == 0) {
        input.addShape(tensors.size());
      } else {
        input.setShape(random.nextInt(input.getShapeCount()), tensors.size());
      }
    }
  }
}
