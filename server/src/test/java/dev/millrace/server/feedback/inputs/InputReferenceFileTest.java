package dev.millrace.server.feedback.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputReferenceFileTest {
  @TempDir private Path folder;

  @Test
  void write_thenRead_isTheSame() throws IOException {
    InputReference pictures =
        InputReference.of(
            new PictureSummary(2, 3),
            List.of(new PictureSummary(2, 3).figures(new double[] {0, 1, 0.5, 0.25, 0, 1})));
    InputReferenceFile.write(pictures, folder);
    InputReference read = InputReferenceFile.read(folder).orElseThrow();
    assertThat(read.summary()).isEqualTo(pictures.summary());
    assertThat(read.histograms()).usingRecursiveComparison().isEqualTo(pictures.histograms());

    BitSet known = new BitSet();
    known.set(TextSummary.bucket("word", 1024));
    TextSummary summary = new TextSummary(1024, known);
    InputReferenceFile.write(
        InputReference.of(summary, List.of(summary.figures("a word"))), folder);
    assertThat(InputReferenceFile.read(folder).orElseThrow().summary()).isEqualTo(summary);
  }

  @Test
  void read_ofAVersionWithoutOne_isEmpty() throws IOException {
    assertThat(InputReferenceFile.read(folder)).isEmpty();
    write("{\"form\": 7, \"features\": []}");
    assertThat(InputReferenceFile.read(folder)).isEmpty();
  }

  @Test
  void read_whatMakesNoSense_isAnErrorOfTheFile() throws IOException {
    for (String damaged :
        List.of(
            "",
            "null",
            "{\"form\": 1",
            "{\"form\": 1}",
            "{\"form\": 1, \"size\": [0, 3], \"features\": []}",
            "{\"form\": 1, \"size\": [2, 3], \"features\": []}",
            "{\"form\": 1, \"buckets\": 1000, \"known\": \"\", \"features\": []}",
            "{\"form\": 1, \"buckets\": 1024, \"known\": \"AA==\", \"features\": [{\"feature\":"
                + " \"words\", \"edges\": [2, 1], \"counts\": [1, 1, 1]}]}")) {
      write(damaged);
      assertThatExceptionOfType(IOException.class)
          .as(damaged)
          .isThrownBy(() -> InputReferenceFile.read(folder))
          .withMessage("the reference makes no sense");
    }
  }

  @Test
  void ofDeciles_ofEqualValues_makesBinsByWhichOthersAreSeen() {
    FeatureHistogram constant = FeatureHistogram.ofDeciles("f", new double[] {3, 3, 3});
    assertThat(constant.counts()).containsExactly(0, 3, 0);
    assertThat(constant.bin(2.9)).isZero();
    assertThat(constant.bin(3)).isEqualTo(1);
    assertThat(constant.bin(Double.POSITIVE_INFINITY)).isEqualTo(2);
    double[] hundred = new double[100];
    for (int i = 0; i < hundred.length; i++) {
      hundred[i] = i;
    }
    FeatureHistogram even = FeatureHistogram.ofDeciles("f", hundred);
    assertThat(even.counts()).hasSize(10);
    for (long count : even.counts()) {
      assertThat(count).isBetween(9L, 11L);
    }
    assertThat(FeatureHistogram.ofDeciles("f", new double[] {Double.NaN}).counts())
        .containsExactly(0);
  }

  @Test
  void texts_withAWordThatOneTextAloneHas_countItAsUnknownThere() {
    InputReference reference =
        TrainingTexts.of(List.of("a good day", "a bad day", "a day"), new int[] {0, 1, 2});
    TextSummary summary = (TextSummary) reference.summary();
    assertThat(summary.figures("a good day!")).containsExactly(4, 0.25);
    assertThat(summary.figures("A BAD, good day")).containsExactly(4, 0);
    assertThat(summary.figures("...")[1]).isNaN();
    // One third of the words of two texts is unknown to the others, and none of the third's.
    assertThat(reference.histograms().get(1).edges()).contains(1 / 3.0);
  }

  private void write(String content) throws IOException {
    Files.createDirectories(folder.resolve("assets.extra"));
    Files.writeString(folder.resolve(InputReferenceFile.NAME), content);
  }
}
