package dev.millrace.server.catalog;

import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Runs a loaded version on made-up inputs before callers reach it, so that no caller pays for
 * TensorFlow's first run. The inputs are zeros of the signature's shape with every open dimension
 * 1; a signature with STRING inputs or of unknown rank is skipped, since nobody can guess what it
 * takes.
 */
public final class WarmUp {
  private static final long LARGEST_INPUT = 64L << 20;

  private final int rounds;
  private final LongSupplier nanoTime;

  /**
   * A warm-up.
   *
   * @param rounds requests per signature
   * @param nanoTime the clock that durations are read from
   */
  public WarmUp(int rounds, LongSupplier nanoTime) {
    this.rounds = rounds;
    this.nanoTime = nanoTime;
  }

  /**
   * Runs every signature that inputs can be made for; a model's refusal of the zeros is reported,
   * not thrown.
   */
  public WarmUpReport run(Servable servable, Duration loadDuration) {
    List<String> skipped = new ArrayList<>();
    List<Duration> taken = new ArrayList<>();
    for (Map.Entry<String, Signature> entry : servable.signatures().entrySet()) {
      Signature signature = entry.getValue();
      Map<String, TensorData> inputs = new HashMap<>();
      String obstacle = "";
      for (Map.Entry<String, TensorSpec> input : signature.inputs().entrySet()) {
        String why = obstacle(input.getValue());
        if (why.isEmpty()) {
          inputs.put(input.getKey(), zeros(input.getValue()));
        } else {
          obstacle = "input '" + input.getKey() + "' " + why;
        }
      }
      try {
        for (int round = 0; round < rounds && obstacle.isEmpty(); round++) {
          long start = nanoTime.getAsLong();
          servable.run(entry.getKey(), inputs, signature.outputs().keySet());
          taken.add(Duration.ofNanos(nanoTime.getAsLong() - start));
        }
      } catch (ServingException refused) {
        obstacle = "the model refused zeros";
      }
      if (!obstacle.isEmpty()) {
        skipped.add(entry.getKey() + ": " + obstacle);
      }
    }
    return new WarmUpReport(
        taken.size(),
        loadDuration,
        taken.isEmpty() ? Duration.ZERO : taken.get(0),
        taken.isEmpty() ? Duration.ZERO : taken.get(taken.size() - 1),
        skipped);
  }

  private static String obstacle(TensorSpec spec) {
    if (spec.dtype() == DataType.STRING) {
      return "is text or bytes, which cannot be made up";
    }
    if (spec.shape().isUnknownRank()) {
      return "has no known rank";
    }
    return onesForOpen(spec).elementCount() > LARGEST_INPUT / spec.dtype().byteSize()
        ? "is larger than 64 MiB"
        : "";
  }

  private static TensorData zeros(TensorSpec spec) {
    Shape shape = onesForOpen(spec);
    int bytes = Math.toIntExact(shape.elementCount() * spec.dtype().byteSize());
    return TensorData.ofBytes(spec.dtype(), shape, ByteBuffer.allocate(bytes));
  }

  private static Shape onesForOpen(TensorSpec spec) {
    long[] sizes = spec.shape().toArray();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = sizes[i] < 0 ? 1 : sizes[i];
    }
    return Shape.of(sizes);
  }
}
