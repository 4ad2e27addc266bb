package dev.millrace.server.boot.command;

import dev.millrace.client.DataType;
import dev.millrace.client.MillraceException;
import dev.millrace.client.Tensor;
import dev.millrace.client.VersionHandle;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.shadow.AnswerClasses;
import dev.millrace.server.inference.shadow.AnswerComparison;
import dev.millrace.server.inference.shadow.Comparison;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.record.AnsweredRequest;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Asks a version what callers were answered before, one request after the other, and compares.
 * Confined to one thread.
 */
final class Replay {
  private static final int DIGITS = 3;

  private final VersionHandle version;
  private final LongSupplier nanoTime;
  private final Histogram nanos = new Histogram(DIGITS);
  private final Map<Change, Integer> changes = new TreeMap<>();
  private final Map<String, Integer> failures = new TreeMap<>();
  private long examples;
  private long agreed;
  private double largestDifference;

  Replay(VersionHandle version, LongSupplier nanoTime) {
    this.version = version;
    this.nanoTime = nanoTime;
  }

  /**
   * An example of which the version says something else.
   *
   * @param told what the caller was told
   * @param says what the version says
   */
  record Change(String told, String says) implements Comparable<Change> {
    @Override
    public int compareTo(Change other) {
      int byTold = told.compareTo(other.told);
      return byTold != 0 ? byTold : says.compareTo(other.says);
    }
  }

  /** Asks once more; a refusal is counted by its reason. */
  void ask(AnsweredRequest recorded) {
    Map<String, Tensor> inputs = new HashMap<>();
    recorded.request().inputs().forEach((name, input) -> inputs.put(name, toClient(input)));
    long began = nanoTime.getAsLong();
    Map<String, TensorData> outputs = new HashMap<>();
    try {
      version
          .predict(recorded.request().signature(), inputs)
          .outputs()
          .forEach((name, output) -> outputs.put(name, fromClient(output)));
    } catch (MillraceException refused) {
      String reason = refused.reason().isEmpty() ? refused.code().name() : refused.reason();
      failures.merge(reason, 1, Integer::sum);
      return;
    }
    nanos.recordValue(Math.max(1, nanoTime.getAsLong() - began));
    // What callers were not told names no class either.
    outputs.keySet().retainAll(recorded.outputs().keySet());
    Comparison compared = AnswerComparison.of(recorded.outputs(), outputs);
    examples += compared.examples();
    agreed += compared.agreed();
    largestDifference = Math.max(largestDifference, compared.largestDifference());
    addChanges(compared, classes(outputs));
  }

  private void addChanges(Comparison compared, List<String> says) {
    for (int row = 0; row < compared.classes().size() && row < says.size(); row++) {
      if (!compared.sameClass().get(row)) {
        changes.merge(new Change(compared.classes().get(row), says.get(row)), 1, Integer::sum);
      }
    }
  }

  private static List<String> classes(Map<String, TensorData> outputs) {
    VersionId anybody = new VersionId(new ModelName("replayed"), 1);
    return AnswerClasses.of(new InferenceResponse(anybody, "", outputs));
  }

  /** Requests that were answered. */
  long answered() {
    return nanos.getTotalCount();
  }

  /** Share of their examples of which the version says what callers were told. */
  Share agreement() {
    return new Share(agreed, examples);
  }

  /** Largest difference of two numbers of the same place; infinite for a number and none. */
  double largestDifference() {
    return largestDifference;
  }

  /** How often something else was said, by what was told and what is said. */
  Map<Change, Integer> changes() {
    return Map.copyOf(changes);
  }

  /** Requests that were refused, by the reason. */
  Map<String, Integer> failures() {
    return Map.copyOf(failures);
  }

  /** Latency of an answer in milliseconds, at a percentile. */
  double millis(double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1e6;
  }

  private static Tensor toClient(TensorData tensor) {
    long[] shape = tensor.shape().toArray();
    if (tensor.dtype() == dev.millrace.server.tensor.DataType.STRING) {
      return Tensor.ofStrings(tensor.strings().stream().map(Replay::array).toList(), shape);
    }
    return Tensor.ofBytes(DataType.valueOf(tensor.dtype().name()), tensor.bytes(), shape);
  }

  private static TensorData fromClient(Tensor tensor) {
    Shape shape = Shape.of(tensor.shape());
    if (tensor.dtype() == DataType.STRING) {
      return TensorData.ofStrings(shape, tensor.strings().stream().map(ByteBuffer::wrap).toList());
    }
    return TensorData.ofBytes(
        dev.millrace.server.tensor.DataType.valueOf(tensor.dtype().name()), shape, tensor.bytes());
  }

  private static byte[] array(ByteBuffer text) {
    byte[] bytes = new byte[text.remaining()];
    text.duplicate().get(bytes);
    return bytes;
  }
}
