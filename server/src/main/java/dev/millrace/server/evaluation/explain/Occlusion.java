package dev.millrace.server.evaluation.explain;

import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How much the score falls when a square of the picture is covered by the baseline, averaged over
 * the squares that cover a pixel, which overlap by half. Stateless.
 *
 * @param window side of the square, at least 1
 */
record Occlusion(int window) {
  /** Most places of the square. */
  static final int MOST_PLACES = 4096;

  private record Place(int top, int left) {}

  /** True for the shape of one picture: [1, height, width] or [1, height, width, channels]. */
  static boolean isPicture(Shape shape) {
    return (shape.rank() == 3 || shape.rank() == 4)
        && shape.size(0) == 1
        && shape.size(1) > 1
        && shape.size(2) > 1;
  }

  /** How many places the square has on a picture. */
  long places(Shape shape) {
    return (long) along((int) shape.size(1)).size() * along((int) shape.size(2)).size();
  }

  /** Where the square begins along one side, the last at its end. */
  private List<Integer> along(int side) {
    List<Integer> starts = new ArrayList<>();
    int stride = Math.max(1, window / 2);
    for (int start = 0; start + window < side; start += stride) {
      starts.add(start);
    }
    starts.add(Math.max(0, side - window));
    return starts;
  }

  /** How much each element holds the score up. */
  CompletionStage<float[]> attributions(Explained explained, double score) {
    Shape shape = explained.example().shape();
    List<Place> places = new ArrayList<>();
    for (int top : along((int) shape.size(1))) {
      for (int left : along((int) shape.size(2))) {
        places.add(new Place(top, left));
      }
    }
    int elements = Math.toIntExact(shape.elementCount());
    double[] falls = new double[elements];
    int[] covered = new int[elements];
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    int together = Rows.together(explained.example());
    for (int first = 0; first < places.size(); first += together) {
      List<Place> some = places.subList(first, Math.min(places.size(), first + together));
      all =
          all.thenCompose(done -> explained.scores(cover(explained, some)))
              .thenAccept(
                  scores -> {
                    for (int i = 0; i < some.size(); i++) {
                      add(shape, some.get(i), score - scores[i], falls, covered);
                    }
                  });
    }
    return all.thenApply(
        done -> {
          float[] attributions = new float[elements];
          for (int i = 0; i < elements; i++) {
            attributions[i] = (float) (falls[i] / covered[i]);
          }
          return attributions;
        });
  }

  private TensorData cover(Explained explained, List<Place> places) {
    TensorData example = explained.example();
    Shape shape = example.shape();
    int size = example.dtype().byteSize();
    int row = Math.toIntExact(example.byteCount());
    byte[] whole = new byte[row];
    byte[] nothing = new byte[row];
    example.bytes().get(whole);
    explained.baseline().bytes().get(nothing);
    ByteBuffer rows = ByteBuffer.allocate(row * places.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Place place : places) {
      byte[] covered = whole.clone();
      int length = width(shape) * channels(shape) * size;
      for (int y = place.top(); y < place.top() + height(shape); y++) {
        int start = element(shape, y, place.left()) * size;
        System.arraycopy(nothing, start, covered, start, length);
      }
      rows.put(covered);
    }
    return TensorData.ofBytes(example.dtype(), shape.withRows(places.size()), rows.flip());
  }

  private void add(Shape shape, Place place, double fall, double[] falls, int[] covered) {
    for (int y = place.top(); y < place.top() + height(shape); y++) {
      int start = element(shape, y, place.left());
      for (int i = start; i < start + width(shape) * channels(shape); i++) {
        falls[i] += fall;
        covered[i]++;
      }
    }
  }

  private int height(Shape shape) {
    return (int) Math.min(window, shape.size(1));
  }

  private int width(Shape shape) {
    return (int) Math.min(window, shape.size(2));
  }

  private static int channels(Shape shape) {
    return shape.rank() == 4 ? (int) shape.size(3) : 1;
  }

  private static int element(Shape shape, int y, int x) {
    return (y * (int) shape.size(2) + x) * channels(shape);
  }
}
