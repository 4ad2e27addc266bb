package dev.millrace.server.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsTest {
  @TempDir Path folder;

  @Test
  void load_builtInMnist_hasItsSplitsAndDigest() {
    Dataset mnist = datasets().load("mnist");

    assertThat(mnist.train().count()).isEqualTo(55_000);
    assertThat(mnist.validation().count()).isEqualTo(5_000);
    assertThat(mnist.test().count()).isEqualTo(10_000);
    assertThat(mnist.train().height()).isEqualTo(28);
    assertThat(mnist.train().label(0)).isEqualTo(5);
    assertThat(mnist.test().label(0)).isEqualTo(7);
    assertThat(mnist.digest())
        .isEqualTo("ac89dbc26b7b0b5f68ff586bc0579a0c16e78b3436b0c71ccdd0169cbebf9ff7");
  }

  @Test
  void load_folder_keepsATwelfthForValidation() throws IOException {
    IdxBytes.write(folder.resolve("tiny"));

    Dataset tiny = datasets().load("tiny");

    assertThat(tiny.name()).isEqualTo("tiny");
    assertThat(tiny.train().count()).isEqualTo(22);
    assertThat(tiny.validation().count()).isEqualTo(2);
    assertThat(tiny.validation().label(1)).isEqualTo(23 % 10);
    assertThat(tiny.test().count()).isEqualTo(6);
    assertThat(tiny.train().height()).isEqualTo(4);
    assertThat(tiny.train().width()).isEqualTo(3);
  }

  @Test
  void load_compressedFilesAndEmnistNames_giveTheSameDataset() throws IOException {
    IdxBytes.write(folder.resolve("plain"));
    IdxBytes.write(folder.resolve("compressed"), "", "t10k", ".gz");
    IdxBytes.write(folder.resolve("emnist"), "emnist-digits-", "test", ".gz");

    String digest = datasets().load("plain").digest();

    assertThat(datasets().load("compressed").digest()).isEqualTo(digest);
    assertThat(datasets().load("emnist").digest()).isEqualTo(digest);
  }

  @Test
  void load_gzipBytesUnderAPlainName_areRecognised() throws IOException {
    Path tiny = IdxBytes.write(folder.resolve("tiny"));
    String digest = datasets().load("tiny").digest();
    Files.write(tiny.resolve("t10k-labels-idx1-ubyte"), IdxBytes.gzip(IdxBytes.labels(6)));

    assertThat(datasets().load("tiny").digest()).isEqualTo(digest);
  }

  @Test
  void names_foldersAndFiles_givesFoldersOfModelNameForm() throws IOException {
    IdxBytes.write(folder.resolve("tiny"));
    Files.createDirectory(folder.resolve("Not A Name"));
    Files.writeString(folder.resolve("file"), "");

    assertThat(datasets().names()).containsExactly("mnist", "tiny");
    assertThat(new Datasets(folder.resolve("absent")).names()).containsExactly("mnist");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"absent", "", ".", "..", "../tiny", "tiny/../tiny", "/tiny", "TINY", "t\u0000y"})
  void load_nameThatIsNone_isNotFound(String name) throws IOException {
    IdxBytes.write(folder.resolve("tiny"));

    assertThat(datasets().contains(name)).isFalse();
    assertRefused(name, ErrorReason.DATASET_NOT_FOUND, "no dataset");
  }

  @Test
  void load_folderThatIsALinkOutside_isNotFound(@TempDir Path outside) throws IOException {
    IdxBytes.write(outside.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("tiny"), outside.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("self"), folder);

    assertRefused("tiny", ErrorReason.DATASET_NOT_FOUND, "no dataset 'tiny'");
    assertRefused("self", ErrorReason.DATASET_NOT_FOUND, "no dataset 'self'");
  }

  @Test
  void load_fileThatIsALinkOutside_isRefused(@TempDir Path outside) throws IOException {
    Path tiny = IdxBytes.write(folder.resolve("tiny"));
    Path labels = tiny.resolve("train-labels-idx1-ubyte");
    Files.move(labels, outside.resolve("labels"));
    Files.createSymbolicLink(labels, outside.resolve("labels"));

    assertRefused("tiny", ErrorReason.DATASET_INVALID, "train-labels-idx1-ubyte is a link");
  }

  @Test
  void load_missingFile_isNamed() throws IOException {
    Path tiny = IdxBytes.write(folder.resolve("tiny"));
    Files.delete(tiny.resolve("t10k-labels-idx1-ubyte"));

    assertRefused("tiny", ErrorReason.DATASET_INVALID, "t10k-labels-idx1-ubyte.gz");
  }

  @Test
  void load_twoCandidatesForOneFile_isRefused() throws IOException {
    Path tiny = IdxBytes.write(folder.resolve("tiny"), "emnist-digits-", "test", "");
    IdxBytes.write(tiny, "emnist-letters-", "test", "");

    assertRefused("tiny", ErrorReason.DATASET_INVALID, "more than one file");
  }

  @Test
  void load_countsThatDisagree_isRefused() throws IOException {
    Path tiny = IdxBytes.write(folder.resolve("tiny"));
    Files.write(tiny.resolve("train-labels-idx1-ubyte"), IdxBytes.labels(23));

    assertRefused("tiny", ErrorReason.DATASET_INVALID, "24 training images have 23 labels");
  }

  @Test
  void load_testImagesOfAnotherSize_isRefused() throws IOException {
    Path tiny = IdxBytes.write(folder.resolve("tiny"));
    Files.write(tiny.resolve("t10k-images-idx3-ubyte"), IdxBytes.images(6, 3, 4));

    assertRefused("tiny", ErrorReason.DATASET_INVALID, "differ in size");
  }

  private Datasets datasets() {
    return new Datasets(folder);
  }

  private void assertRefused(String name, ErrorReason reason, String told) {
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> datasets().load(name))
        .withMessageContaining(told)
        .satisfies(
            refused -> {
              assertThat(refused.reason()).isEqualTo(reason);
              assertThat(refused.message()).doesNotContain(folder.toString());
            });
  }
}
