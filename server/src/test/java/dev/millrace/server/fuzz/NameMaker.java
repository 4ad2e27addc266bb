package dev.millrace.server.fuzz;

import java.util.List;
import java.util.Random;

/** Names that are none, and some that are. */
final class NameMaker {
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
          "1",
          "-1",
          "9223372036854775808",
          "champion",
          "n".repeat(5000));

  private final Random random;

  NameMaker(Random random) {
    this.random = random;
  }

  String next() {
    return NAMES.get(random.nextInt(NAMES.size()));
  }
}
