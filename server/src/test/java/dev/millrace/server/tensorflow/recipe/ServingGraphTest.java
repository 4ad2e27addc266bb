package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensorflow.inspect.GraphInspection;
import dev.millrace.server.tensorflow.inspect.InspectionLimits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

class ServingGraphTest {
  private static final LabelledImages DIGITS = MnistExamples.some().test();
  private static final int COUNT = 20;

  @TempDir static Path folder;
  private static SavedModelBundle model;
  private static float[] logitsInTraining;

  @BeforeAll
  static void trainAndExport() throws IOException {
    Path directory = folder.resolve("model");
    logitsInTraining = trainAndExport(new MnistCnnParameters(30, 32, 0.001f, 0.4f, 42), directory);
    model = SavedModelBundle.loader(directory.toString()).withTags(ServingGraph.TAG).load();
  }

  /** Trains for as many steps as the parameters say, and gives the logits of {@link #DIGITS}. */
  private static float[] trainAndExport(MnistCnnParameters parameters, Path directory)
      throws IOException {
    Checkpoint checkpoint = new Checkpoint(Path.of(directory + "-checkpoint"));
    try (TrainingRun run = new TrainingRun(parameters, MnistExamples.some().train())) {
      for (int i = 0; i < parameters.steps(); i++) {
        run.next();
      }
      run.save(checkpoint);
    }
    ServingGraph.export(checkpoint, parameters.network(), directory);
    try (TrainingGraph graph = new TrainingGraph(parameters, parameters.steps());
        Session session = new Session(graph.graph())) {
      checkpoint.restore(session);
      return logits(session, "images", "serve/logits/BiasAdd");
    }
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void export_inspectedAsAModelFromElsewhere_isTaken() {
    VersionId id = new VersionId(new ModelName("mnist"), 1);
    ServableSource export =
        new ServableSource(id, folder.resolve("model"), "", ModelSettings.DEFAULT);
    assertThatCode(() -> new GraphInspection(InspectionLimits.DEFAULT).check(export))
        .doesNotThrowAnyException();
  }

  @Test
  void export_signatures_sayTheTruth() {
    Signature pixels = model.function("serving_default").signature();
    Signature pictures = model.function("classify_image").signature();

    Signature gradients = model.function("gradients").signature();

    assertThat(model.signatures()).hasSize(3);
    assertTensor(input(gradients, "images"), DataType.DT_FLOAT, Shape.of(-1, 28, 28, 1));
    assertTensor(input(gradients, "target"), DataType.DT_INT64, Shape.of(-1));
    assertTensor(output(gradients, "scores"), DataType.DT_FLOAT, Shape.of(-1));
    for (String name : List.of("gradients", "loss_gradients")) {
      assertTensor(output(gradients, name), DataType.DT_FLOAT, Shape.of(-1, 28, 28, 1));
    }
    assertTensor(input(pixels, "images"), DataType.DT_FLOAT, Shape.of(-1, 28, 28, 1));
    assertTensor(input(pictures, "encoded"), DataType.DT_STRING, Shape.of(-1));
    for (Signature signature : List.of(pixels, pictures)) {
      assertThat(signature.getInputs()).hasSize(1);
      assertThat(signature.getOutputs()).hasSize(3);
      assertTensor(output(signature, "logits"), DataType.DT_FLOAT, Shape.of(-1, 10));
      assertTensor(output(signature, "probabilities"), DataType.DT_FLOAT, Shape.of(-1, 10));
      assertTensor(output(signature, "classes"), DataType.DT_INT64, Shape.of(-1));
    }
  }

  @Test
  void export_files_holdTheWeightsAlone() throws IOException {
    Path weights = folder.resolve("model/variables/variables.data-00000-of-00001");

    // 3,274,634 weights of 4 bytes; the optimiser's would make it three times as many.
    assertThat(Files.size(weights)).isBetween(13_098_536L, 13_200_000L);
  }

  @Test
  void model_pixels_answersAsInTraining() {
    String output = output(model.function("serving_default").signature(), "logits").name;

    float[] logits = logits(model.session(), "images", output);

    assertThat(logits).hasSameSizeAs(logitsInTraining);
    for (int i = 0; i < logits.length; i++) {
      assertThat(logits[i]).isCloseTo(logitsInTraining[i], within(1e-5f));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "2, true", "2, false"})
  void export_ofAnotherNetwork_answersAsInTraining(int convolutions, boolean padded)
      throws IOException {
    NetworkForm form = new NetworkForm(convolutions, padded);
    MnistCnnParameters other =
        new MnistCnnParameters(10, 0, 32, form, 0.001f, 0, 0.4f, 0, 0, 0, Distortion.NONE, 42);
    Path directory = folder.resolve("network-" + convolutions + "-" + padded);
    float[] expected = trainAndExport(other, directory);
    try (SavedModelBundle exported =
        SavedModelBundle.load(directory.toString(), ServingGraph.TAG)) {
      String output = output(exported.function("serving_default").signature(), "logits").name;
      float[] logits = logits(exported.session(), "images", output);
      assertThat(logits).usingComparatorWithPrecision(1e-5f).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"PNG, 10, 1e-4", "PNG, 1, 1e-4", "JPEG, 10, 1.5", "JPEG, 1, 1.5"})
  void model_pictures_answersAsOnTheirPixels(String format, int type, float tolerance) {
    byte[][] pictures = new byte[COUNT][];
    for (int i = 0; i < COUNT; i++) {
      pictures[i] = MnistExamples.picture(DIGITS, i, type, 1, format);
    }

    float[] logits = classify(pictures);

    for (int i = 0; i < logits.length; i++) {
      assertThat(logits[i]).isCloseTo(logitsInTraining[i], within(tolerance));
    }
  }

  @Test
  void model_picturesOfDifferentSizes_seesTheSameDigits() {
    byte[][] pictures = new byte[COUNT][];
    for (int i = 0; i < COUNT; i++) {
      pictures[i] =
          MnistExamples.picture(DIGITS, i, BufferedImage.TYPE_BYTE_GRAY, 1 + i % 9, "PNG");
    }

    float[] logits = classify(pictures);

    int same = 0;
    for (int i = 0; i < COUNT; i++) {
      same += largest(logits, i) == largest(logitsInTraining, i) ? 1 : 0;
    }
    assertThat(same).isGreaterThanOrEqualTo(COUNT - 1);
  }

  @Test
  void model_bytesThatAreNoPicture_areRefusedAndTheNextCallAnswered() {
    byte[] picture = MnistExamples.picture(DIGITS, 0, BufferedImage.TYPE_BYTE_GRAY, 1, "PNG");

    assertThatExceptionOfType(TFInvalidArgumentException.class)
        .isThrownBy(() -> classify(picture, new byte[] {1, 2, 3}));

    assertThat(classify(picture)).hasSize(10);
  }

  private static void assertTensor(Signature.TensorDescription tensor, DataType type, Shape shape) {
    assertThat(tensor.dataType).isEqualTo(type);
    assertThat(tensor.shape.asArray()).isEqualTo(shape.asArray());
  }

  private static Signature.TensorDescription input(Signature signature, String name) {
    return Objects.requireNonNull(signature.getInputs().get(name), name);
  }

  private static Signature.TensorDescription output(Signature signature, String name) {
    return Objects.requireNonNull(signature.getOutputs().get(name), name);
  }

  private static float[] classify(byte[]... pictures) {
    Signature signature = model.function("classify_image").signature();
    try (TString encoded = TString.tensorOfBytes(NdArrays.vectorOfObjects(pictures));
        Result result =
            model
                .session()
                .runner()
                .feed(input(signature, "encoded").name, encoded)
                .fetch(output(signature, "logits").name)
                .run()) {
      return floats(result.get(0));
    }
  }

  private static float[] logits(Session session, String input, String output) {
    try (ImageBatch batch = new ImageBatch(COUNT)) {
      batch.fill(DIGITS, 0);
      TFloat32 images = batch.images();
      try (Result result = session.runner().feed(input, images).fetch(output).run()) {
        return floats(result.get(0));
      }
    }
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  private static int largest(float[] logits, int row) {
    int best = 0;
    for (int i = 1; i < 10; i++) {
      best = logits[row * 10 + i] > logits[row * 10 + best] ? i : best;
    }
    return best;
  }
}
