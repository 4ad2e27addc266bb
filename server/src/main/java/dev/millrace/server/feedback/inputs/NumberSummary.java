package dev.millrace.server.feedback.inputs;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Figures of whatever a model takes, for one of which the training tells nothing: of each input of
 * numbers the mean, least and largest of an example's numbers, and the share of them that is NaN;
 * of each input of strings their length in bytes.
 *
 * @param inputs the inputs' names, and whether they are strings
 */
public record NumberSummary(List<Input> inputs) implements ExampleSummary {
  /** Most inputs that are looked at. */
  static final int MOST_INPUTS = 8;

  private static final int NUMBER_FIGURES = 4;

  /**
   * One input.
   *
   * @param name as in the signature
   * @param strings whether it is of strings
   */
  public record Input(String name, boolean strings) {}

  /** Copies the list. */
  public NumberSummary {
    inputs = List.copyOf(inputs);
  }

  /** A summary of requests like this one; empty if none of its inputs has rows to be read. */
  public static Optional<NumberSummary> like(Map<String, TensorData> request) {
    List<Input> inputs = new ArrayList<>();
    new TreeMap<>(request)
        .forEach(
            (name, tensor) -> {
              boolean strings = tensor.dtype() == DataType.STRING && tensor.shape().rank() >= 1;
              if (inputs.size() < MOST_INPUTS && (strings || RowNumbers.isOne(tensor))) {
                inputs.add(new Input(name, strings));
              }
            });
    return inputs.isEmpty() ? Optional.empty() : Optional.of(new NumberSummary(inputs));
  }

  @Override
  public List<String> features() {
    List<String> names = new ArrayList<>();
    for (Input input : inputs) {
      if (input.strings()) {
        names.add(input.name() + ".bytes");
      } else {
        for (String figure : List.of(".mean", ".min", ".max", ".nan_share")) {
          names.add(input.name() + figure);
        }
      }
    }
    return names;
  }

  @Override
  public int examples(Map<String, TensorData> request) {
    int examples = Integer.MAX_VALUE;
    for (Input input : inputs) {
      TensorData tensor = request.get(input.name());
      if (tensor == null || !isReadable(tensor, input.strings())) {
        return 0;
      }
      examples = Math.min(examples, RowNumbers.rows(tensor));
    }
    return examples;
  }

  @Override
  public long cost(Map<String, TensorData> request, int example) {
    long cost = 0;
    for (Input input : inputs) {
      cost += RowNumbers.width(tensor(request, input));
    }
    return cost;
  }

  @Override
  public double[] figures(Map<String, TensorData> request, int example) {
    double[] figures = new double[features().size()];
    int at = 0;
    for (Input input : inputs) {
      TensorData tensor = tensor(request, input);
      if (input.strings()) {
        figures[at++] = bytes(tensor, example);
      } else {
        write(RowNumbers.read(tensor, example), figures, at);
        at += NUMBER_FIGURES;
      }
    }
    return figures;
  }

  private static boolean isReadable(TensorData tensor, boolean strings) {
    return strings
        ? tensor.dtype() == DataType.STRING && tensor.shape().rank() >= 1
        : RowNumbers.isOne(tensor);
  }

  private static TensorData tensor(Map<String, TensorData> request, Input input) {
    TensorData tensor = request.get(input.name());
    if (tensor == null) {
      throw new IllegalArgumentException("the request has no input '" + input.name() + "'");
    }
    return tensor;
  }

  private static long bytes(TensorData strings, int row) {
    int width = Math.toIntExact(RowNumbers.width(strings));
    return strings.strings().subList(row * width, (row + 1) * width).stream()
        .mapToLong(ByteBuffer::remaining)
        .sum();
  }

  private static void write(double[] numbers, double[] figures, int at) {
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double largest = Double.NEGATIVE_INFINITY;
    int known = 0;
    for (double number : numbers) {
      if (!Double.isNaN(number)) {
        sum += number;
        least = Math.min(least, number);
        largest = Math.max(largest, number);
        known++;
      }
    }
    figures[at] = known == 0 ? Double.NaN : sum / known;
    figures[at + 1] = known == 0 ? Double.NaN : least;
    figures[at + 2] = known == 0 ? Double.NaN : largest;
    figures[at + 3] = numbers.length == 0 ? Double.NaN : 1 - (double) known / numbers.length;
  }
}
