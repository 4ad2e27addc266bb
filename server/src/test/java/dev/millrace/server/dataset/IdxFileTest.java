package dev.millrace.server.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IdxFileTest {
  private static final byte[] GOOD = IdxBytes.images(5, 4, 3);

  @Test
  void read_plainFile_givesDimensionsAndValues() {
    IdxFile file = read(GOOD, 3);

    assertThat(file.dimensions()).isEqualTo(List.of(5, 4, 3));
    assertThat(file.values()).hasSize(60).startsWith(0).endsWith(4);
    assertThat(file.keptDigest()).isEqualTo(file.contentDigest()).hasSize(64);
  }

  @Test
  void read_compressedFile_equalsPlainInContentAndDiffersAsKept() {
    IdxFile plain = read(GOOD, 3);
    IdxFile compressed = read(IdxBytes.gzip(GOOD), 3);

    assertThat(compressed.dimensions()).isEqualTo(plain.dimensions());
    assertThat(compressed.values()).isEqualTo(plain.values());
    assertThat(compressed.contentDigest()).isEqualTo(plain.contentDigest());
    assertThat(compressed.keptDigest()).isNotEqualTo(plain.keptDigest());
  }

  static Stream<Arguments> damagedFiles() {
    byte[] compressed = IdxBytes.gzip(GOOD);
    byte[] flipped = compressed.clone();
    flipped[compressed.length / 2] ^= 0x55;
    byte[] values = new byte[8];
    return Stream.of(
        Arguments.of("nothing", new byte[0], "cut off"),
        Arguments.of("one byte", new byte[1], "cut off"),
        Arguments.of("half a header", Arrays.copyOf(GOOD, 9), "cut off"),
        Arguments.of("wrong magic", IdxBytes.of(0x1803, new int[] {2, 2, 2}, values), "00001803"),
        Arguments.of("a type of floats", IdxBytes.of(0xd03, new int[] {2, 2, 2}, values), "0d03"),
        Arguments.of("labels for images", IdxBytes.labels(8), "00000801"),
        Arguments.of("no items", IdxBytes.of(0x803, new int[] {0, 2, 2}, values), "empty"),
        Arguments.of("a byte too few", Arrays.copyOf(GOOD, GOOD.length - 1), "59 elements"),
        Arguments.of("a byte too many", Arrays.copyOf(GOOD, GOOD.length + 1), "goes on"),
        Arguments.of(
            "2^31 items", IdxBytes.of(0x803, new int[] {1 << 31, 1, 1}, values), "more than 2^30"),
        Arguments.of(
            "sizes that overflow",
            IdxBytes.of(0x803, new int[] {1 << 30, 1 << 30, 1 << 30}, values),
            "more than 2^30"),
        Arguments.of(
            "all ones", IdxBytes.of(0x803, new int[] {-1, -1, -1}, values), "more than 2^30"),
        Arguments.of(
            "2^30 items", IdxBytes.of(0x803, new int[] {1 << 30, 1, 1}, values), "8 elements"),
        Arguments.of(
            "compressed, cut off", Arrays.copyOf(compressed, compressed.length - 9), "cut off"),
        Arguments.of("compressed, a bit flipped", flipped, "damaged"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damagedFiles")
  void read_damagedFile_isRefused(String what, byte[] bytes, String told) {
    assertThatExceptionOfType(ServingException.class)
        .as(what)
        .isThrownBy(() -> read(bytes, 3))
        .withMessageContaining(told)
        .withMessageContaining("digits")
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.DATASET_INVALID));
  }

  private static IdxFile read(byte[] bytes, int rank) {
    DatasetFile file = new DatasetFile("images.idx", () -> new ByteArrayInputStream(bytes));
    return IdxFile.read(file, rank, new DatasetFaults("digits"));
  }
}
