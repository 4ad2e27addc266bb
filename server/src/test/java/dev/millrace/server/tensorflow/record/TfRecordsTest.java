package dev.millrace.server.tensorflow.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TfRecordsTest {
  @Test
  void write_oneByte_isAsTensorFlowWritesIt() throws IOException {
    // tf.io.TFRecordWriter's file of the one record b"a".
    assertThat(HexFormat.of().formatHex(records("a")))
        .isEqualTo("01000000000000000175de4161786ee428");
  }

  @Test
  void read_whatWasWritten_comesBackInOrder() throws IOException {
    TfRecordReader reader = reader(records("first", "", "third"));
    assertThat(reader.next()).hasValue("first".getBytes(UTF_8));
    assertThat(reader.next()).hasValue(new byte[0]);
    assertThat(reader.next()).hasValue("third".getBytes(UTF_8));
    assertThat(reader.next()).isEmpty();
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void read_cutOffAnywhere_isRefused() throws IOException {
    byte[] whole = records("data");
    for (int length = 1; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length), "it is cut off");
    }
  }

  @Test
  void read_anyBitFlipped_isRefused() throws IOException {
    byte[] whole = records("data");
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(damaged, bit / 8 < 12 ? "its length does not" : "its data does not");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {9, Integer.MAX_VALUE, Long.MAX_VALUE, -1})
  void read_lengthBeyondTheFile_isRefusedUnread(long length) {
    byte[] head = new byte[12 + 4 + 4];
    ByteBuffer buffer = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    buffer.putInt(MaskedChecksum.of(head, 8));
    assertRefused(head, "it is cut off");
  }

  private static void assertRefused(byte[] file, String why) {
    assertThatExceptionOfType(DamagedRecordException.class)
        .isThrownBy(() -> reader(file).next())
        .withMessageStartingWith(why);
  }

  private static TfRecordReader reader(byte[] file) {
    return new TfRecordReader(new ByteArrayInputStream(file), file.length);
  }

  private static byte[] records(String... texts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TfRecordWriter writer = new TfRecordWriter(out);
    for (String text : texts) {
      writer.write(text.getBytes(UTF_8));
    }
    return out.toByteArray();
  }
}
