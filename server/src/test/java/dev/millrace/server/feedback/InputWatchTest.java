package dev.millrace.server.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.TextDataset;
import dev.millrace.server.feedback.inputs.InputReference;
import dev.millrace.server.feedback.inputs.InputReferenceFile;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.worker.TrainingReference;
import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.Reviews;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputWatchTest {
  private static final double COMMON_BAR = 0.25;
  private static final Digits DIGITS = Digits.ofTestSet();
  private static final int WIDTH = 28;

  @TempDir private Path folder;
  private final PuppetClock clock = new PuppetClock();

  @Test
  void digits_ofTheSameKind_haveNotDriftedAndOthersHave() throws IOException {
    Dataset mnist = new Datasets(Path.of("none")).load("mnist");
    TrainingReference.write(mnist, folder);

    InputDrift unchanged = digits(pixels -> pixels);
    assertThat(unchanged.fromTraining()).isTrue();
    assertThat(unchanged.examples()).isEqualTo(1000);
    assertThat(unchanged.features()).hasSize(11);
    // Chance, the largest of eleven, and other writers than those of the training.
    assertThat(psi(unchanged)).isLessThan(0.15);

    InputDrift inverted = digits(InputWatchTest::inverted);
    assertThat(psi(inverted)).isGreaterThan(COMMON_BAR);
    assertThat(inverted.largest().orElseThrow().pValue()).isLessThan(1e-6);
    InputDrift shifted = digits(pixels -> shifted(pixels, 5));
    assertThat(psi(shifted)).isGreaterThan(COMMON_BAR);
    // As bright as before, but elsewhere.
    assertThat(psi(shifted, "brightness")).isLessThan(0.1);
    assertThat(psi(shifted, "middle_left")).isGreaterThan(COMMON_BAR);
    assertThat(psi(digits(pixels -> dimmed(pixels, 0.5f)), "brightness")).isGreaterThan(COMMON_BAR);
  }

  @Test
  void digits_asBytes_areReadAsTheSamePictures() throws IOException {
    TrainingReference.write(new Datasets(Path.of("none")).load("mnist"), folder);
    InputWatch watch = watch();
    for (int i = 0; i < 500; i++) {
      ByteBuffer bytes = ByteBuffer.allocate(784);
      for (float pixel : DIGITS.pixels(i)) {
        bytes.put((byte) Math.round(pixel * 255));
      }
      read(watch, TensorData.ofBytes(DataType.UINT8, Shape.of(1, 28, 28), bytes.flip()));
    }
    assertThat(psi(watch.report())).isLessThan(COMMON_BAR);
    assertThat(watch.report().examples()).isEqualTo(500);
  }

  @Test
  void texts_ofTheSameKind_haveNotDriftedAndOthersHave() throws IOException {
    TextDataset reviews = Reviews.in(folder);
    TrainingReference.write(reviews, folder);
    byte[] written = Files.readAllBytes(folder.resolve(InputReferenceFile.NAME));
    // What was learned from is not among what is served.
    for (String word : reviews.train().text(0).split(" ")) {
      if (word.length() > 7) {
        assertThat(new String(written, StandardCharsets.UTF_8)).doesNotContain(word);
      }
    }

    List<String> unseen = reviews.test().texts();
    assertThat(psi(texts(unseen))).isLessThan(COMMON_BAR);
    List<String> foreign = unseen.stream().map(InputWatchTest::enciphered).toList();
    assertThat(psi(texts(foreign), "unknown_words")).isGreaterThan(1);
    assertThat(psi(texts(foreign), "words")).isLessThan(COMMON_BAR);
    List<String> longer = unseen.stream().map(text -> text + " " + text + " " + text).toList();
    assertThat(psi(texts(longer), "words")).isGreaterThan(COMMON_BAR);
  }

  @Test
  void numbers_withoutATraining_areComparedWithTheFirstRequests() {
    InputWatch watch = new InputWatch();
    watch.begin(Optional.empty());
    Random random = new Random(7);
    for (int i = 0; i < InputWatch.LEARNED; i++) {
      assertThat(watch.report()).isEqualTo(InputDrift.NONE);
      read(watch, numbers(random, 0, 0));
    }
    for (int i = 0; i < 400; i++) {
      read(watch, numbers(random, 0, 0));
    }
    InputDrift same = watch.report();
    assertThat(same.fromTraining()).isFalse();
    assertThat(same.examples()).isEqualTo(400);
    assertThat(same.features())
        .extracting(FeatureDrift::feature)
        .containsExactly("x.mean", "x.min", "x.max", "x.nan_share");
    assertThat(psi(same)).isLessThan(COMMON_BAR);
    for (int i = 0; i < 400; i++) {
      read(watch, numbers(random, 2, 1));
    }
    assertThat(psi(watch.report(), "x.mean")).isGreaterThan(COMMON_BAR);
    assertThat(psi(watch.report(), "x.nan_share")).isGreaterThan(COMMON_BAR);
  }

  @Test
  void read_moreThanThereIsTimeFor_readsAMillionNumbersASecond() {
    InputWatch watch = new InputWatch();
    watch.begin(Optional.empty());
    TensorData large =
        TensorData.ofBytes(
            DataType.FLOAT32, Shape.of(1000, 2000), ByteBuffer.allocate(4 * 1000 * 2000));
    read(watch, large);
    assertThat(watch.report().examples()).isZero();
    clock.advance(Duration.ofSeconds(1));
    read(watch, large);
    assertThat(watch.report().examples()).isEqualTo(2 * 500 - InputWatch.LEARNED);
    read(watch, large);
    assertThat(watch.report().examples()).isEqualTo(500);
    clock.advance(Duration.ofHours(1));
    read(watch, large);
    assertThat(watch.report().examples()).isEqualTo(1000);
  }

  @Test
  void read_inputsOfAnotherForm_areLeftOut() throws IOException {
    TrainingReference.write(new Datasets(Path.of("none")).load("mnist"), folder);
    InputWatch watch = watch();
    read(watch, TensorData.ofStrings(Shape.of(1), List.of(ByteBuffer.wrap(DIGITS.png(0)))));
    read(watch, numbers(new Random(1), 0, 0));
    read(watch, TensorData.ofBytes(DataType.FLOAT32, Shape.of(0, 28, 28), ByteBuffer.allocate(0)));
    assertThat(watch.report().examples()).isZero();
    assertThat(watch.report().largest()).isEmpty();
  }

  private InputDrift digits(UnaryOperator<float[]> change) throws IOException {
    InputWatch watch = watch();
    for (int i = 0; i < 1000; i++) {
      clock.advance(Duration.ofMillis(1));
      read(watch, picture(change.apply(DIGITS.pixels(i))));
    }
    return watch.report();
  }

  private InputDrift texts(List<String> texts) throws IOException {
    InputWatch watch = watch();
    for (String text : texts) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      read(watch, TensorData.ofStrings(Shape.of(1), List.of(bytes)));
    }
    return watch.report();
  }

  private InputWatch watch() throws IOException {
    Optional<InputReference> reference = InputReferenceFile.read(folder);
    assertThat(reference).isPresent();
    InputWatch watch = new InputWatch();
    watch.begin(reference);
    return watch;
  }

  private void read(InputWatch watch, TensorData input) {
    watch.read(Map.of("x", input), clock.instant());
  }

  private static double psi(InputDrift drift) {
    return drift.largest().orElseThrow().psi();
  }

  private static double psi(InputDrift drift, String feature) {
    return drift.features().stream()
        .filter(one -> one.feature().equals(feature))
        .findFirst()
        .orElseThrow()
        .psi();
  }

  private static TensorData picture(float[] pixels) {
    return floats(Shape.of(1, WIDTH, WIDTH, 1), pixels);
  }

  private static TensorData numbers(Random random, double mean, int missing) {
    float[] values = new float[20];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < missing ? Float.NaN : (float) (mean + random.nextGaussian());
    }
    return floats(Shape.of(1, 20), values);
  }

  private static TensorData floats(Shape shape, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return TensorData.ofBytes(DataType.FLOAT32, shape, bytes.flip());
  }

  private static float[] inverted(float[] pixels) {
    float[] inverted = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      inverted[i] = 1 - pixels[i];
    }
    return inverted;
  }

  private static float[] dimmed(float[] pixels, float share) {
    float[] dimmed = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      dimmed[i] = pixels[i] * share;
    }
    return dimmed;
  }

  /** To the left, round the edge. */
  private static float[] shifted(float[] pixels, int by) {
    float[] shifted = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      int column = i % WIDTH;
      shifted[i] = pixels[i - column + (column + by) % WIDTH];
    }
    return shifted;
  }

  private static String enciphered(String text) {
    List<String> letters = new ArrayList<>();
    text.chars()
        .forEach(
            c -> letters.add(Character.toString(Character.isLetter(c) ? 'a' + (c * 7) % 26 : c)));
    return String.join("", letters);
  }
}
