package dev.millrace.server.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256SumsTest {
  private static final DatasetFaults FAULTS = new DatasetFaults("tiny");

  @TempDir Path root;
  private Path tiny;

  @BeforeEach
  void writeDataset() throws IOException {
    tiny = IdxBytes.write(root.resolve("tiny"), "", "t10k", ".gz");
  }

  @Test
  void load_sumsOfTheFilesAsKept_areAccepted() throws IOException {
    writeSums(Stream.of(DatasetRole.values()).map(role -> line(role, false)));

    assertThat(new Datasets(root).load("tiny").train().count()).isEqualTo(22);
  }

  @Test
  void load_sumsOfTheUncompressedFiles_areAccepted() throws IOException {
    writeSums(Stream.of(DatasetRole.values()).map(role -> line(role, true)));

    assertThat(new Datasets(root).load("tiny").train().count()).isEqualTo(22);
  }

  @Test
  void load_anotherSum_isRefused() throws IOException {
    writeSums(
        Stream.of(DatasetRole.values())
            .map(role -> "0".repeat(64) + " *" + role.usualName() + ".gz"));

    assertRefused("has SHA-256");
  }

  @Test
  void load_sumsWithoutOneFile_areRefused() throws IOException {
    writeSums(Stream.of(line(DatasetRole.TRAIN_IMAGES, false)));

    assertRefused("SHA256SUMS does not list train-labels-idx1-ubyte.gz");
  }

  @Test
  void load_sumsThatAreNone_areRefused() throws IOException {
    writeSums(Stream.of("MD5 (train-images-idx3-ubyte) = 00"));

    assertRefused("SHA256SUMS has a line");
  }

  private void assertRefused(String told) {
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> new Datasets(root).load("tiny"))
        .withMessageContaining(told)
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.DATASET_INVALID));
  }

  private String line(DatasetRole role, boolean ofContent) {
    String name = role.usualName() + ".gz";
    DatasetFile file = new DatasetFile(name, () -> Files.newInputStream(tiny.resolve(name)));
    IdxFile read = IdxFile.read(file, role.rank(), FAULTS);
    return ofContent
        ? read.contentDigest() + "  " + role.usualName()
        : read.keptDigest() + "  ./" + name;
  }

  private void writeSums(Stream<String> lines) throws IOException {
    Files.writeString(tiny.resolve("SHA256SUMS"), lines.collect(Collectors.joining("\n")) + "\n");
  }
}
