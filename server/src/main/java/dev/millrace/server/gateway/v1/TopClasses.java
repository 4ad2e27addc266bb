package dev.millrace.server.gateway.v1;

import com.google.protobuf.ByteString;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a model takes a picture for.
 *
 * @param model the version that answered
 * @param classes the likeliest, best first, at most three
 */
record TopClasses(String model, List<Likely> classes) {
  private static final int MOST = 3;
  private static final double NANOS_PER_MILLI = 1e6;

  /**
   * One class.
   *
   * @param number its index
   * @param probability in 0..1
   */
  record Likely(int number, float probability) {}

  /** The classes of an answer with the output {@code probabilities}, one row of floats. */
  static TopClasses of(PredictResponse answer) {
    Tensor tensor = answer.getOutputsMap().get("probabilities");
    if (tensor == null || tensor.getDtype() != DataType.DATA_TYPE_FLOAT32) {
      throw new ServingException(
          ErrorReason.OUTPUT_UNKNOWN,
          "the signature classify_image has no output probabilities of FLOAT32; use :predict");
    }
    ByteString data = tensor.getData();
    ByteBuffer values = data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Likely> all = new ArrayList<>();
    IntStream.range(0, data.size() / Float.BYTES)
        .forEach(i -> all.add(new Likely(i, values.getFloat(i * Float.BYTES))));
    all.sort(Comparator.comparing(Likely::probability).reversed());
    return new TopClasses(answer.getModel(), all.subList(0, Math.min(MOST, all.size())));
  }

  /** For a person. */
  String words(long nanos) {
    Likely best = classes.get(0);
    String others =
        classes.stream()
            .skip(1)
            .map(each -> each.number() + " (" + percent(each) + ")")
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "This is a %d (%s).%n%s%s, in %.1f ms.%n",
        best.number(),
        percent(best),
        others.isEmpty() ? "" : "Otherwise it is " + others + ".\n",
        "So says " + model,
        nanos / NANOS_PER_MILLI);
  }

  /** For a program. */
  String json() {
    return classes.stream()
        .map(each -> "{\"class\":" + each.number() + ",\"probability\":" + each.probability() + "}")
        .collect(Collectors.joining(",", "{\"model\":\"" + model + "\",\"classes\":[", "]}\n"));
  }

  private static String percent(Likely likely) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * likely.probability());
  }
}
