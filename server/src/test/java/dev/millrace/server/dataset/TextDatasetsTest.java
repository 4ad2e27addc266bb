package dev.millrace.server.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.Reviews;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextDatasetsTest {
  private static final String FEW =
      """
      text,label,from
      good,yes,a
      "very, very good",yes,b
      "they said ""no""\",no,a
      "two
      lines",no,b
      bad,no,a
      """;

  @TempDir Path folder;

  @Test
  void read_realReviews_areSplitOnceAndForAll() {
    TextDataset reviews = Reviews.in(folder);

    assertThat(reviews.kind()).isEqualTo(DatasetKind.TEXTS);
    assertThat(reviews.classes()).containsExactly("negative", "positive");
    assertThat(reviews.test().count()).isBetween(590, 610);
    assertThat(reviews.validation().count()).isBetween(230, 250);
    assertThat(reviews.train().count() + reviews.validation().count() + reviews.test().count())
        .isEqualTo(3000);
    assertThat(reviews.test().columns().get("source")).contains("amazon", "imdb", "yelp");
    Set<String> learned = new HashSet<>(reviews.train().texts());
    learned.addAll(reviews.validation().texts());
    assertThat(reviews.test().texts()).noneMatch(learned::contains);
    TextDataset again = (TextDataset) new Datasets(folder).read("reviews");
    assertThat(again).isEqualTo(reviews);
  }

  @Test
  void read_quotedValues_areWhatTheyWere() throws IOException {
    write("few/train.csv", FEW);
    write("few/test.csv", "text,label,from\nso so,yes,a\n");
    write("few/validation.csv", "label,text,from\nno,so so,a\n");

    TextDataset few = read("few");

    assertThat(few.train().texts())
        .containsExactly("good", "very, very good", "they said \"no\"", "two\nlines", "bad");
    assertThat(few.train().labels()).containsExactly(1, 1, 0, 0, 0);
    assertThat(few.validation().labels()).containsExactly(0);
    assertThat(few.test().text(0)).isEqualTo("so so");
  }

  @Test
  void read_tabsWithoutHeaderOrQuotes_goesByNumber() throws IOException {
    StringBuilder messages = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      messages.append(i % 2 == 0 ? "ham" : "spam").append("\t\"hello ").append(i).append('\n');
    }
    write("sms/all.tsv", messages.toString());
    write("sms/dataset.yaml", "text: 2\nlabel: 1\nheader: false\nquotes: false\nseed: 7\n");

    TextDataset sms = read("sms");

    assertThat(sms.classes()).containsExactly("ham", "spam");
    assertThat(sms.train().text(0)).startsWith("\"hello ");
    assertThat(sms.train().count() + sms.validation().count() + sms.test().count()).isEqualTo(20);
  }

  @Test
  void read_equalTexts_stayInOneSplit() throws IOException {
    StringBuilder texts = new StringBuilder("text,label\n");
    for (int i = 0; i < 200; i++) {
      texts.append("text ").append(i % 20).append(',').append(i % 20 < 10 ? 'a' : 'b').append('\n');
    }
    write("same/all.csv", texts.toString());

    TextDataset same = read("same");

    assertThat(Collections.disjoint(same.train().texts(), same.test().texts())).isTrue();
    assertThat(Collections.disjoint(same.train().texts(), same.validation().texts())).isTrue();
    assertThat(same.test().count()).isEqualTo(40);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text,label\\na,x\\nb\\n | near line 3",
        "text,label\\na,x\\nb,y,z\\n | near line 3",
        "text,label\\na,x\\n\"b\"c,y\\n | near line 3",
        "text,label\\na,x\\nb,\"y\\nc,x\\n | a quote that is never closed",
        "text,label\\na,x\\n ,y\\n | line 3 has no text",
        "text,label\\na,x\\nb,\\n | line 3 has no label",
        "words,label\\na,x\\n | has no column 'text'; it has words, label",
        "text,text,label\\na,b,x\\n | has two columns 'text'",
        "text,label\\na,x\\nb,x\\nc,x\\n | needs 2 to 1000 labels",
        "text,label\\n | needs 2 to 1000 labels"
      })
  void read_fileAmiss_saysWhereAndWhat(String content, String words) throws IOException {
    write("bad/train.csv", content.strip().replace("\\n", "\n"));
    write("bad/test.csv", "text,label\nq,x\n");

    assertThat(refusal("bad").message()).contains("dataset 'bad'").contains(words.strip());
  }

  @Test
  void read_bytesThatAreNoUtf8_saysTheLine() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("text,label\na,x\n".getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(new byte[] {'c', (byte) 0xE9, ',', 'y', '\n'});
    Files.createDirectories(folder.resolve("latin"));
    Files.write(folder.resolve("latin/all.csv"), bytes.toByteArray());

    assertThat(refusal("latin").message()).contains("all.csv is no UTF-8 in line 3");
  }

  @Test
  void read_moreThanItTakes_readsNoMore() throws IOException {
    Files.createDirectories(folder.resolve("bomb"));
    try (GZIPOutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("bomb/all.csv.gz")))) {
      byte[] megabyte = new byte[1 << 20];
      for (int i = 0; i < 70; i++) {
        out.write(megabyte);
      }
    }
    // Cut off behind the limit, which who reads on would find out.
    Path bomb = folder.resolve("bomb/all.csv.gz");
    byte[] packed = Files.readAllBytes(bomb);
    Files.write(bomb, Arrays.copyOf(packed, packed.length - packed.length / 50));

    assertThat(refusal("bomb").message()).contains("has more than 64 MiB");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "colour: red | unknown key 'colour'",
        "header: 7 | key 'header' must be true or false",
        "test: 0.9 | key 'test' must be a share above 0 to 0.5",
        "slices: source | key 'slices' must be a list",
        "slices: [other] | has no column 'other'",
        "text: [a] | key 'text' must be the name of a column",
        "- a | must be lines of"
      })
  void read_layoutAmiss_saysTheKey(String yaml, String words) throws IOException {
    write("few/all.csv", FEW);
    write("few/dataset.yaml", yaml.strip());

    assertThat(refusal("few").message()).contains(words.strip());
  }

  @Test
  void read_layoutNestedDeeply_isNoYaml() throws IOException {
    write("few/all.csv", FEW);
    write("few/dataset.yaml", "slices: " + "[".repeat(5_000) + "]".repeat(5_000));

    assertThat(refusal("few").message()).contains("is no YAML");
  }

  @Test
  void read_labelThatNoTrainingExampleHas_isRefused() throws IOException {
    write("few/train.csv", FEW);
    write("few/test.csv", "text,label,from\nso so,perhaps,a\n");

    assertThat(refusal("few").message())
        .contains("line 2 of its test part has the label 'perhaps'");
  }

  @Test
  void read_digestAmiss_isRefused() throws IOException {
    write("few/all.csv", FEW);
    write("few/SHA256SUMS", "0".repeat(64) + "  all.csv\n");

    assertThat(refusal("few").message()).contains("expected 000");
  }

  @Test
  void load_textsWhereImagesAreNeeded_isRefused() throws IOException {
    write("few/all.csv", FEW);

    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> new Datasets(folder).load("few"))
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.DATASET_INVALID));
  }

  private TextDataset read(String name) {
    return (TextDataset) new Datasets(folder).read(name);
  }

  private ServingException refusal(String name) {
    try {
      new Datasets(folder).read(name);
    } catch (ServingException refused) {
      assertThat(refused.reason()).isEqualTo(ErrorReason.DATASET_INVALID);
      return refused;
    }
    throw new AssertionError("it was read");
  }

  private void write(String file, String content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }
}
