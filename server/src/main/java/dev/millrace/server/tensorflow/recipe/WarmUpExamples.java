package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Requests for the signatures of {@link ServingGraph}, so that a version can be warmed up with
 * pictures too, which the server could not make up by a signature alone.
 */
final class WarmUpExamples {
  /** Images of each request: most callers send one; some of them, a few. */
  private static final List<Integer> BATCHES = List.of(1, 1, 4);

  private static final int PIXELS = MnistNetwork.HEIGHT * MnistNetwork.WIDTH;

  private WarmUpExamples() {}

  /** The requests, always the same; none of them is of a dataset. */
  static List<WarmUpRequest> madeUp() {
    List<WarmUpRequest> requests = new ArrayList<>();
    int first = 0;
    try (PngEncoder encoder = new PngEncoder(MnistNetwork.HEIGHT, MnistNetwork.WIDTH)) {
      for (int batch : BATCHES) {
        ByteBuffer pixels =
            ByteBuffer.allocate(batch * PIXELS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        List<ByteBuffer> pictures = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
          float[] image = WarmUpPictures.of(first + i, MnistNetwork.HEIGHT, MnistNetwork.WIDTH);
          for (float pixel : image) {
            pixels.putFloat(pixel);
          }
          pictures.add(encoder.encode(image));
        }
        first += batch;
        requests.add(
            request(
                ServingGraph.PIXELS_SIGNATURE,
                ServingGraph.PIXELS_INPUT,
                TensorData.ofBytes(
                    DataType.FLOAT32,
                    Shape.of(batch, MnistNetwork.HEIGHT, MnistNetwork.WIDTH, 1),
                    pixels.flip())));
        requests.add(
            request(
                ServingGraph.PICTURES_SIGNATURE,
                ServingGraph.PICTURES_INPUT,
                TensorData.ofStrings(Shape.of(batch), pictures)));
      }
    }
    return List.copyOf(requests);
  }

  private static WarmUpRequest request(String signature, String input, TensorData tensor) {
    return new WarmUpRequest(signature, Map.of(input, tensor), List.of());
  }
}
