package dev.millrace.server.feedback.inputs;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Figures of grey pictures of one size: mean brightness, the share of bright points, and the mean
 * of each of nine fields. Any input whose rows have so many numbers is read as one; bytes are taken
 * for 0..255, other numbers for 0..1.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 */
public record PictureSummary(int height, int width) implements ExampleSummary {
  private static final int GRID = 3;
  private static final double BRIGHT = 0.5;
  private static final double BYTE = 255;

  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if it is none
   */
  public PictureSummary {
    if (height < 1 || width < 1 || (long) height * width > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no picture has " + height + " by " + width + " points");
    }
  }

  @Override
  public List<String> features() {
    List<String> names = new ArrayList<>(List.of("brightness", "ink"));
    for (String row : List.of("top", "middle", "bottom")) {
      for (String column : List.of("left", "centre", "right")) {
        names.add(row + "_" + column);
      }
    }
    return names;
  }

  @Override
  public int examples(Map<String, TensorData> inputs) {
    return pictures(inputs).map(RowNumbers::rows).orElse(0);
  }

  @Override
  public long cost(Map<String, TensorData> inputs, int example) {
    return (long) height * width;
  }

  @Override
  public double[] figures(Map<String, TensorData> inputs, int example) {
    TensorData pictures = pictures(inputs).orElseThrow();
    double[] points = RowNumbers.read(pictures, example);
    if (pictures.dtype() == DataType.UINT8) {
      for (int i = 0; i < points.length; i++) {
        points[i] /= BYTE;
      }
    }
    return figures(points);
  }

  /**
   * The figures of one picture.
   *
   * @param points row-major, 0..1
   */
  public double[] figures(double[] points) {
    double[] sums = new double[GRID * GRID];
    int[] counts = new int[GRID * GRID];
    double sum = 0;
    int bright = 0;
    for (int y = 0; y < height; y++) {
      int row = y * GRID / height * GRID;
      for (int x = 0; x < width; x++) {
        double point = points[y * width + x];
        int field = row + x * GRID / width;
        sums[field] += point;
        counts[field]++;
        sum += point;
        bright += point > BRIGHT ? 1 : 0;
      }
    }
    double[] figures = new double[2 + GRID * GRID];
    figures[0] = sum / points.length;
    figures[1] = (double) bright / points.length;
    for (int field = 0; field < sums.length; field++) {
      figures[2 + field] = counts[field] == 0 ? Double.NaN : sums[field] / counts[field];
    }
    return figures;
  }

  private Optional<TensorData> pictures(Map<String, TensorData> inputs) {
    return inputs.values().stream()
        .filter(
            tensor -> RowNumbers.isOne(tensor) && RowNumbers.width(tensor) == (long) height * width)
        .findFirst();
  }
}
