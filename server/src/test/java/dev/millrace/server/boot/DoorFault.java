package dev.millrace.server.boot;

import com.google.protobuf.ByteString;
import dev.millrace.server.testing.Door;
import dev.millrace.server.testing.TfServingRestDoor;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.Status.Code;
import java.util.Optional;
import java.util.function.Supplier;

/** Wrong requests, and what each wire says of them. */
enum DoorFault {
  UNKNOWN_MODEL(
      () -> DoorRig.good().setModel("nobody"),
      expect(Code.NOT_FOUND, "no model 'nobody' is served"),
      expect(Code.NOT_FOUND, "Request for unknown model: 'nobody' is not found"),
      expect(Code.NOT_FOUND, "Servable not found for request: Latest(nobody)")),
  UNKNOWN_VERSION(
      () -> DoorRig.good().setModel("models/doubling/versions/9"),
      expect(Code.NOT_FOUND, "no version 9"),
      expect(Code.NOT_FOUND, "Request for unknown model: 'doubling' version 9 is not found"),
      expect(Code.NOT_FOUND, "Servable not found for request: Specific(doubling, 9)")),
  UNKNOWN_LABEL(
      () -> DoorRig.good().setModel("models/doubling/labels/nope"),
      expect(Code.NOT_FOUND, "no label 'nope'"),
      expect(Code.NOT_FOUND, "Request for unknown model: 'doubling' version nope is not found"),
      expect(Code.INVALID_ARGUMENT, "Unrecognized servable version label: nope")),
  VERSION_THAT_FAILED(
      () -> DoorRig.good().setModel("models/broken/versions/1"),
      expect(Code.UNAVAILABLE, "FAILED"),
      expect(Code.UNAVAILABLE, "Request for unknown model: 'broken' version 1 is not at ready"),
      expect(Code.FAILED_PRECONDITION, "did not become available")),
  NO_VERSION_READY(
      () -> DoorRig.good().setModel("broken"),
      expect(Code.UNAVAILABLE, "FAILED"),
      expect(Code.NOT_FOUND, "Request for unknown model: 'broken' has no available versions"),
      expect(Code.FAILED_PRECONDITION, "did not become available")),
  UNKNOWN_SIGNATURE(
      () -> DoorRig.good().setSignature("other"),
      expect(Code.NOT_FOUND, "no such signature"),
      expect(Code.NOT_FOUND, "no such signature"),
      expect(Code.FAILED_PRECONDITION, "Serving signature key \"other\" not found.")),
  NO_INPUT(
      () -> DoorRig.good().clearInputs(),
      expect(Code.INVALID_ARGUMENT, "inputs[\"x\"]"),
      expect(
          Code.INVALID_ARGUMENT,
          "expected 1 inputs but got 0 inputs for model 'doubling'. Got input(s) [], but missing"
              + " required input(s) ['x']. Please provide all required input(s)."),
      expect(
          Code.INVALID_ARGUMENT,
          "input size does not match signature: 0!=1 len({}) != len({x}). Sent extra: {}. Missing"
              + " but required: {x}.")),
  INPUT_MORE(
      () -> DoorRig.good().putInputs("z", DoorRig.floats(new long[] {1}, 1)),
      expect(Code.INVALID_ARGUMENT, "inputs[\"z\"]"),
      expect(Code.INVALID_ARGUMENT, "unexpected inference input 'z' for model 'doubling'"),
      expect(
          Code.INVALID_ARGUMENT,
          "input size does not match signature: 2!=1 len({x,z}) != len({x}). Sent extra: {z}."
              + " Missing but required: {}.")),
  INPUT_OF_ANOTHER_NAME(
      () -> DoorRig.good().clearInputs().putInputs("z", DoorRig.floats(new long[] {1, 2}, 1, 2)),
      expect(Code.INVALID_ARGUMENT, "inputs[\"x\"]"),
      expect(Code.INVALID_ARGUMENT, "Got input(s) ['z'], but missing required input(s) ['x']"),
      expect(
          Code.INVALID_ARGUMENT,
          "input tensor alias not found in signature: z. Inputs expected to be in the set {x}.")),
  OUTPUT_UNKNOWN(
      () -> DoorRig.good().addOutputs("w"),
      expect(Code.INVALID_ARGUMENT, "no output 'w'"),
      expect(Code.INVALID_ARGUMENT, "unexpected inference output 'w' for model 'doubling'"),
      expect(
          Code.INVALID_ARGUMENT,
          "output tensor alias not found in signature: w Outputs expected to be in the set {y}.")),
  WRONG_DTYPE(
      () ->
          DoorRig.good()
              .putInputs(
                  "x",
                  Tensor.newBuilder()
                      .setDtype(DataType.DATA_TYPE_INT32)
                      .addShape(1)
                      .addShape(2)
                      .setData(ByteString.copyFrom(new byte[8]))
                      .build()),
      expect(Code.INVALID_ARGUMENT, "expected FLOAT32, got INT32"),
      expect(
          Code.INVALID_ARGUMENT,
          "inference input 'x' data-type is 'INT32', but model 'doubling' expects 'FP32'"),
      expect(Code.INVALID_ARGUMENT, "Expects arg[0] to be float but int32 is provided")),
  WRONG_SHAPE(
      () -> DoorRig.good().putInputs("x", DoorRig.floats(new long[] {1, 3}, 1, 2, 3)),
      expect(Code.INVALID_ARGUMENT, "expected [?,2], got [1,3]"),
      expect(
          Code.INVALID_ARGUMENT,
          "unexpected shape for input 'x' for model 'doubling'. Expected [-1,2], got [1,3]."),
      expect(Code.INVALID_ARGUMENT, "expected [?,2], got [1,3]")),
  WRONG_RANK(
      () -> DoorRig.good().putInputs("x", DoorRig.floats(new long[] {2}, 1, 2)),
      expect(Code.INVALID_ARGUMENT, "expected [?,2], got [2]"),
      expect(Code.INVALID_ARGUMENT, "Expected [-1,2], got [2]."),
      expect(Code.INVALID_ARGUMENT, "expected [?,2], got [2]")),
  NO_ROWS(
      () -> DoorRig.good().putInputs("x", DoorRig.floats(new long[] {0, 2})),
      expect(Code.INVALID_ARGUMENT, "expected at least one element"),
      expect(Code.INVALID_ARGUMENT, "Expected [-1,2], got [0,2]."),
      expect(Code.INVALID_ARGUMENT, "expected at least one element")),
  TOO_MUCH_DATA(
      () -> DoorRig.good().putInputs("x", DoorRig.floats(new long[] {1, 2}, 1, 2, 3)),
      expect(Code.INVALID_ARGUMENT, "expected 8 bytes for FLOAT32 [1,2], got 12"),
      expect(
          Code.INVALID_ARGUMENT,
          "input byte size mismatch for input 'x' for model 'doubling'. Expected 8, got 12"),
      expect(Code.INVALID_ARGUMENT, "tensor parsing error: x")),
  NEGATIVE_SIZE(
      () -> DoorRig.good().putInputs("x", DoorRig.floats(new long[] {-1, 2}, 1, 2)),
      expect(Code.INVALID_ARGUMENT, "dimension -1 is negative"),
      expect(Code.INVALID_ARGUMENT, "dimension -1 is negative"),
      expect(Code.INVALID_ARGUMENT, "dimension -1 is negative")),
  HUGE_SHAPE(
      () -> DoorRig.good().putInputs("x", DoorRig.floats(new long[] {1L << 40, 1L << 40}, 1, 2)),
      expect(Code.INVALID_ARGUMENT, "overflows"),
      expect(Code.INVALID_ARGUMENT, "overflows"),
      expect(Code.INVALID_ARGUMENT, "overflows")),
  UNEQUAL_ROWS(
      () ->
          PredictRequest.newBuilder()
              .setModel("product")
              .putInputs("a", DoorRig.floats(new long[] {3, 3}, new float[9]))
              .putInputs("b", DoorRig.floats(new long[] {2, 1}, new float[2])),
      expect(Code.INVALID_ARGUMENT, "the model refused these values"),
      expect(
          Code.INVALID_ARGUMENT, "input 'b' batch size does not match other inputs for 'product'"),
      expect(Code.INVALID_ARGUMENT, "the model refused these values"));

  private static final Expected TOO_MUCH_JSON =
      expect(
          Code.INVALID_ARGUMENT,
          "Unable to parse 'data': Shape does not match true shape of 'data' field");

  private final Supplier<PredictRequest.Builder> request;
  private final Expected ofNative;
  private final Expected ofKserve;
  private final Expected ofTensorFlowServing;

  /** What a wire answers. */
  record Expected(Code code, String text) {
    /** The code as a door's client sees it. */
    Code code(Door door) {
      return door.isHttp() && code == Code.FAILED_PRECONDITION ? Code.INVALID_ARGUMENT : code;
    }
  }

  DoorFault(
      Supplier<PredictRequest.Builder> request,
      Expected ofNative,
      Expected ofKserve,
      Expected ofTensorFlowServing) {
    this.request = request;
    this.ofNative = ofNative;
    this.ofKserve = ofKserve;
    this.ofTensorFlowServing = ofTensorFlowServing;
  }

  PredictRequest.Builder request() {
    return request.get();
  }

  /** What a door answers; empty where its wire cannot even say such a thing. */
  Optional<Expected> expected(Door door) {
    return switch (door.wire()) {
      case NATIVE -> Optional.of(ofNative);
      case KSERVE -> Optional.of(ofKserve);
      case KSERVE_JSON -> Optional.of(this == TOO_MUCH_DATA ? TOO_MUCH_JSON : ofKserve);
      case TENSORFLOW_SERVING -> Optional.of(ofTensorFlowServing);
      case TENSORFLOW_SERVING_REST -> ofRest(door);
    };
  }

  /** JSON has neither types nor shapes of its own, and all outputs are answered always. */
  private Optional<Expected> ofRest(Door door) {
    return switch (this) {
      case UNKNOWN_SIGNATURE ->
          Optional.of(
              expect(
                  Code.INVALID_ARGUMENT,
                  "Serving signature name: \"other\" not found in signature def"));
      case NO_INPUT ->
          Optional.of(expect(Code.INVALID_ARGUMENT, "Missing named input: x in 'inputs' object."));
      case INPUT_OF_ANOTHER_NAME ->
          Optional.of(
              expect(
                  Code.INVALID_ARGUMENT,
                  door instanceof TfServingRestDoor rest && rest.rows()
                      ? "JSON object: does not have named input: z"
                      : "Missing named input: x in 'inputs' object."));
      case INPUT_MORE,
          OUTPUT_UNKNOWN,
          WRONG_DTYPE,
          NO_ROWS,
          TOO_MUCH_DATA,
          NEGATIVE_SIZE,
          HUGE_SHAPE ->
          Optional.empty();
      default -> Optional.of(ofTensorFlowServing);
    };
  }

  private static Expected expect(Code code, String text) {
    return new Expected(code, text);
  }
}
