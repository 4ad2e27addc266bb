package dev.millrace.server.fuzz;

import dev.millrace.v1.DataType;
import java.util.List;

/**
 * A signature that the fuzzer aims at.
 *
 * @param model the model's id
 * @param signature the signature's name
 * @param inputs what it takes
 * @param outputs what it gives
 */
record Target(String model, String signature, List<Input> inputs, List<String> outputs) {
  /**
   * An input.
   *
   * @param name its name
   * @param dtype its element type
   * @param shape sizes, -1 for open ones
   * @param anyRank true when the shape means nothing
   */
  record Input(String name, DataType dtype, List<Long> shape, boolean anyRank) {}

  /** True when the output {@code y} must be the input {@code x}, bit for bit. */
  boolean isIdentity() {
    return model.startsWith("identity");
  }

  static Target of(String model, String output, String input, DataType dtype, Long... shape) {
    return new Target(
        model,
        "serving_default",
        List.of(new Input(input, dtype, List.of(shape), false)),
        List.of(output));
  }
}
