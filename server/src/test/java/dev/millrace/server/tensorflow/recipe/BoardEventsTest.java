package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.tensorflow.board.EventLog;
import dev.millrace.server.tensorflow.board.Histogram;
import dev.millrace.server.training.TrainingSpec;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.GraphDef;

final class BoardEventsTest {
  private static final int CELL = 16;

  @TempDir Path folder;

  @Test
  void train_withEvents_tellsGraphFiguresWeightsAndConfusion() throws IOException {
    Dataset dataset = MnistExamples.some();
    Recorder events = new Recorder();
    MnistCnn recipe = new MnistCnn();
    recipe.train(
        new TrainingSpec(
            new ModelName("mnist"),
            "mnist-cnn",
            recipe.description().resolve(Map.of("steps", "150", "batch_size", "8")),
            TrainingSpec.DEFAULT_SEED,
            "mnist"),
        dataset,
        new RunOutputs(folder.resolve("model"), progress -> {}, events));

    assertThat(events.graphs).singleElement().matches(graph -> graph.getNodeCount() > 100);
    assertThat(events.scalars).containsOnlyKeys(100L, 150L);
    assertThat(events.scalars.get(150L))
        .containsOnlyKeys(
            "loss/train", "accuracy/train", "accuracy/validation", "speed/examples_per_second");
    assertThat(events.histograms.get("conv1/kernel"))
        .extracting(Histogram::count)
        .containsExactly(800L, 800L);
    assertThat(events.histograms).hasSize(8);
    assertThat(events.histograms.get("dense/bias").get(1))
        .isNotEqualTo(events.histograms.get("dense/bias").get(0));

    BufferedImage confusion = ImageIO.read(new ByteArrayInputStream(events.png));
    assertThat(confusion.getWidth()).isEqualTo(10 * CELL);
    assertThat(brightnessOf(confusion, true)).isGreaterThan(5 * brightnessOf(confusion, false));
  }

  /** The mean brightness of the cells on the diagonal, or of those beside it. */
  private static double brightnessOf(BufferedImage confusion, boolean right) {
    Raster pixels = confusion.getRaster();
    double sum = 0;
    int cells = 0;
    for (int row = 0; row < 10; row++) {
      for (int column = 0; column < 10; column++) {
        if ((row == column) == right) {
          sum += pixels.getSample(column * CELL + CELL / 2, row * CELL + CELL / 2, 0);
          cells++;
        }
      }
    }
    return sum / cells;
  }

  private static final class Recorder implements EventLog {
    final List<GraphDef> graphs = new ArrayList<>();
    final Map<Long, Map<String, Double>> scalars = new TreeMap<>();
    final Map<String, List<Histogram>> histograms = new TreeMap<>();
    byte[] png = {};

    @Override
    public void graph(GraphDef graph) {
      graphs.add(graph);
    }

    @Override
    public void scalars(long step, Map<String, Double> values) {
      scalars.put(step, values);
    }

    @Override
    public void histogram(long step, String name, Histogram values) {
      histograms.computeIfAbsent(name, key -> new ArrayList<>()).add(values);
    }

    @Override
    public void image(long step, String name, int height, int width, ByteBuffer encoded) {
      assertThat(name).isEqualTo("confusion/test");
      png = new byte[encoded.remaining()];
      encoded.duplicate().get(png);
    }
  }
}
