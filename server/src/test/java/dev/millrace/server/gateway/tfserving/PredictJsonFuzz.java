package dev.millrace.server.gateway.tfserving;

import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.SignatureDef;
import dev.millrace.proto.tensorflow.TensorInfo;
import dev.millrace.proto.tfserving.SignatureDefMap;
import dev.millrace.server.fuzz.parser.Attempt;
import dev.millrace.server.gateway.json.StrictJson;

/** Requests of TensorFlow Serving as JSON. */
public final class PredictJsonFuzz {
  private static final InputTypes TYPES =
      new InputTypes(
          SignatureDefMap.newBuilder()
              .putSignatureDef(
                  "serving_default",
                  SignatureDef.newBuilder()
                      .putInputs("x", input(DataType.DT_FLOAT))
                      .putInputs("text", input(DataType.DT_STRING))
                      .build())
              .putSignatureDef(
                  "numbers",
                  SignatureDef.newBuilder().putInputs("n", input(DataType.DT_INT64)).build())
              .build());

  private PredictJsonFuzz() {}

  private static TensorInfo input(DataType type) {
    return TensorInfo.newBuilder().setDtype(type).build();
  }

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(() -> new PredictReader(new StrictJson(""), 1 << 20).read(input, TYPES));
  }
}
