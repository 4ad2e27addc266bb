package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.repository.FileEntry;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.VerifyingLoader;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.session.SavedModelLoader;
import dev.millrace.server.tensorflow.session.TensorLedger;
import dev.millrace.server.tensorflow.session.WarmUpRecordFile;
import dev.millrace.server.training.TrainingSpec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WarmUpExamplesTest {
  private static final ModelName MNIST = new ModelName("mnist");

  @TempDir private Path folder;

  @Test
  void madeUp_requests_areTheSameAsPixelsAndAsPicturesAndOfNoDataset() throws IOException {
    LabelledImages images = MnistExamples.some().train();

    List<WarmUpRequest> requests = WarmUpExamples.madeUp();

    assertThat(requests).hasSize(6);
    TensorData pixels = requests.get(4).inputs().get("images");
    TensorData pictures = requests.get(5).inputs().get("encoded");
    assertThat(pixels.shape().toArray()).containsExactly(4, 28, 28, 1);
    assertThat(pictures.shape().toArray()).containsExactly(4);
    for (int i = 0; i < 4; i++) {
      float[] expected = WarmUpPictures.of(2 + i, 28, 28);
      assertThat(expected).contains(1f).contains(0f);
      for (int example = 0; example < images.count(); example++) {
        assertThat(expected).isNotEqualTo(MnistExamples.pixels(images, example));
      }
      BufferedImage picture = picture(pictures.strings().get(i));
      for (int p = 0; p < 784; p++) {
        assertThat(pixels.bytes().getFloat(4 * (784 * i + p))).isEqualTo(expected[p]);
        assertThat(picture.getRaster().getSample(p % 28, p / 28, 0) / 255f).isEqualTo(expected[p]);
      }
    }
  }

  @Test
  void train_export_isPublishedWithRequestsThatTheVersionAnswers() throws IOException {
    Path published = trainAndPublish();

    List<WarmUpRequest> requests = new WarmUpRecordFile().read(published);

    assertThat(requests)
        .extracting(WarmUpRequest::signature)
        .containsOnly("serving_default", "classify_image");
    ServableSource source =
        new ServableSource(new VersionId(MNIST, 1), published, "", ModelSettings.DEFAULT);
    TensorLedger ledger = new TensorLedger();
    try (Servable servable =
        new VerifyingLoader(new SavedModelLoader(ledger, 1, Clock.systemUTC()))
            .load(source, ExecutionMode.PER_CORE)) {
      for (int i = 0; i < requests.size(); i += 2) {
        ByteBuffer ofPixels = classes(servable, requests.get(i));
        assertThat(ofPixels.remaining()).isPositive();
        assertThat(classes(servable, requests.get(i + 1))).isEqualTo(ofPixels);
      }
    }
    assertThat(ledger.open()).isZero();
  }

  private Path trainAndPublish() throws IOException {
    MnistCnn recipe = new MnistCnn();
    Dataset dataset = MnistExamples.some();
    SortedMap<String, String> parameters =
        recipe.description().resolve(Map.of("steps", "5", "batch_size", "8"));
    TrainingSpec spec = new TrainingSpec(MNIST, "mnist-cnn", parameters, 42, "mnist");
    Path staged = folder.resolve("staged");
    recipe.train(spec, dataset, RunOutputs.of(staged, progress -> {}));
    ModelRepository repository = ModelRepository.open(folder.resolve("saved_models"));
    VersionId id = repository.publish(MNIST, staged, draft());
    assertThat(repository.manifest(id).orElseThrow().files())
        .extracting(FileEntry::path)
        .contains("assets.extra/tf_serving_warmup_requests");
    assertThat(repository.scan()).singleElement().matches(version -> version.complete());
    return folder.resolve("saved_models/mnist/1");
  }

  private static Manifest draft() {
    return new Manifest(
        "test",
        "mnist-cnn",
        "job",
        new TreeMap<>(),
        42,
        "mnist",
        "",
        new TreeMap<>(),
        Instant.EPOCH,
        List.of());
  }

  private static ByteBuffer classes(Servable servable, WarmUpRequest request) {
    return servable
        .run(request.signature(), request.inputs(), List.of("classes"), Deadline.NONE)
        .get("classes")
        .bytes();
  }

  private static BufferedImage picture(ByteBuffer png) throws IOException {
    byte[] bytes = new byte[png.remaining()];
    png.duplicate().get(bytes);
    return ImageIO.read(new ByteArrayInputStream(bytes));
  }
}
