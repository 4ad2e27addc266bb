package dev.millrace.server.fuzz;

import dev.millrace.proto.inference.InferParameter;
import java.util.List;
import java.util.Random;

/** Parameters of the Open Inference Protocol, known and unknown, of all kinds. */
final class ParameterMaker {
  private static final List<String> KEYS =
      List.of(
          "timeout",
          "priority",
          "sequence_id",
          "sequence_start",
          "sequence_end",
          "signature_name",
          "binary_data_output",
          "triton_enable_empty_final_response",
          "triton_x",
          "classification",
          "shared_memory_region",
          "mine");
  private static final long[] NUMBERS = {
    0, 1, 2, 3, -1, 1000, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private final Random random;
  private final NameMaker names;

  ParameterMaker(Random random) {
    this.random = random;
    this.names = new NameMaker(random);
  }

  String key() {
    return random.nextInt(8) == 0 ? names.next() : KEYS.get(random.nextInt(KEYS.size()));
  }

  InferParameter next() {
    InferParameter.Builder value = InferParameter.newBuilder();
    switch (random.nextInt(7)) {
      case 0 -> value.setBoolParam(random.nextBoolean());
      case 1 -> value.setStringParam(names.next());
      case 2 -> value.setDoubleParam(random.nextGaussian());
      case 3 -> value.setUint64Param(NUMBERS[random.nextInt(NUMBERS.length)]);
      case 4 -> {}
      default -> value.setInt64Param(NUMBERS[random.nextInt(NUMBERS.length)]);
    }
    return value.build();
  }
}
