package dev.millrace.server.tensorflow.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.tensorflow.record.TfRecordReader;
import dev.millrace.server.testing.PuppetClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.Summary;

final class EventFileTest {
  @TempDir Path folder;

  private final PuppetClock clock = new PuppetClock();

  @Test
  void events_ofARun_areInTheFileAtOnce() throws IOException {
    try (EventFile file = EventFile.in(folder.resolve("tensorboard"), clock)) {
      file.graph(GraphDef.getDefaultInstance());
      file.scalars(100, Map.of("loss/train", 0.5, "accuracy/train", 0.75));
      file.histogram(100, "conv1/kernel", Histogram.of(DataBuffers.of(1f, 2f)));
      file.image(200, "confusion/test", 2, 3, ByteBuffer.wrap(new byte[] {1, 2}));

      List<Event> events = read(folder.resolve("tensorboard"));
      assertThat(events).hasSize(5);
      assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
      assertThat(events.get(0).getWallTime()).isEqualTo(clock.millis() / 1e3);
      assertThat(events.get(1).hasGraphDef()).isTrue();
      assertThat(events.get(2).getStep()).isEqualTo(100);
      assertThat(events.get(2).getSummary().getValueList())
          .extracting(value -> value.getTag() + " " + value.getSimpleValue())
          .containsExactly("accuracy/train 0.75", "loss/train 0.5");
      Summary.Value histogram = events.get(3).getSummary().getValue(0);
      assertThat(histogram.getTag()).isEqualTo("conv1/kernel");
      assertThat(histogram.getHisto().getBucketLimitList()).hasSize(30);
      assertThat(histogram.getHisto().getNum()).isEqualTo(2);
      Summary.Value image = events.get(4).getSummary().getValue(0);
      assertThat(image.getImage().getHeight()).isEqualTo(2);
      assertThat(image.getImage().getEncodedImageString().toByteArray()).containsExactly(1, 2);
    }
  }

  @Test
  void events_afterTheDiskIsFull_areDropped() throws IOException {
    EventFile file = EventFile.in(folder, clock);
    file.close();
    // A closed file refuses as a full disk does.
    file.scalars(1, Map.of("loss/train", 1.0));
    file.scalars(2, Map.of("loss/train", 1.0));
    assertThat(read(folder)).hasSize(1);
  }

  static List<Event> read(Path folder) throws IOException {
    List<Event> events = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      byte[] bytes = Files.readAllBytes(files.findFirst().orElseThrow());
      TfRecordReader records = new TfRecordReader(new ByteArrayInputStream(bytes), bytes.length);
      for (Optional<byte[]> next = records.next(); next.isPresent(); next = records.next()) {
        events.add(Event.parseFrom(next.get()));
      }
    }
    return events;
  }
}
