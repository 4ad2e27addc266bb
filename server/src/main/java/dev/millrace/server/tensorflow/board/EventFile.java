package dev.millrace.server.tensorflow.board;

import com.google.protobuf.ByteString;
import dev.millrace.server.tensorflow.record.TfRecordWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.HistogramProto;
import org.tensorflow.proto.Summary;

/**
 * An event file: TFRecords of {@code tensorflow.Event}, the first of which names the form. Each
 * event is in the file when its method returns, so that TensorBoard can follow a run. A file that
 * cannot be written ends the log, not the run. Confined to one thread.
 */
public final class EventFile implements EventLog, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventFile.class);
  private static final String FORM = "brain.Event:2";
  private static final int GREY = 1;
  private static final double MILLIS = 1e3;

  private final InstantSource clock;
  private final OutputStream out;
  private final TfRecordWriter records;
  private boolean broken;

  private EventFile(OutputStream out, InstantSource clock) {
    this.clock = clock;
    this.out = out;
    this.records = new TfRecordWriter(out);
  }

  /**
   * Opens a file of its own in a folder, which is made if need be. A run that goes on after a
   * restart has several, which TensorBoard shows as one.
   */
  public static EventFile in(Path folder, InstantSource clock) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("events.out.tfevents." + clock.millis() + ".millrace");
    EventFile events = new EventFile(new BufferedOutputStream(Files.newOutputStream(file)), clock);
    events.write(Event.newBuilder().setFileVersion(FORM));
    return events;
  }

  @Override
  public void graph(GraphDef graph) {
    write(Event.newBuilder().setGraphDef(graph.toByteString()));
  }

  @Override
  public void scalars(long step, Map<String, Double> values) {
    Summary.Builder summary = Summary.newBuilder();
    new TreeMap<>(values)
        .forEach(
            (name, value) ->
                summary.addValueBuilder().setTag(name).setSimpleValue(value.floatValue()));
    write(Event.newBuilder().setStep(step).setSummary(summary));
  }

  @Override
  public void histogram(long step, String name, Histogram values) {
    HistogramProto.Builder histogram =
        HistogramProto.newBuilder()
            .setMin(values.minimum())
            .setMax(values.maximum())
            .setNum(values.count())
            .setSum(values.sum())
            .setSumSquares(values.sumOfSquares());
    for (int i = 0; i < values.ranges().size(); i++) {
      histogram.addBucketLimit(values.limit(i)).addBucket(values.ranges().get(i));
    }
    write(event(step, Summary.Value.newBuilder().setTag(name).setHisto(histogram)));
  }

  @Override
  public void image(long step, String name, int height, int width, ByteBuffer png) {
    Summary.Image image =
        Summary.Image.newBuilder()
            .setHeight(height)
            .setWidth(width)
            .setColorspace(GREY)
            .setEncodedImageString(ByteString.copyFrom(png.duplicate()))
            .build();
    write(event(step, Summary.Value.newBuilder().setTag(name).setImage(image)));
  }

  private static Event.Builder event(long step, Summary.Value.Builder value) {
    return Event.newBuilder().setStep(step).setSummary(Summary.newBuilder().addValue(value));
  }

  private void write(Event.Builder event) {
    if (broken) {
      return;
    }
    try {
      records.write(event.setWallTime(clock.millis() / MILLIS).build().toByteArray());
      out.flush();
    } catch (IOException unwritable) {
      broken = true;
      log.warn("the events for TensorBoard can no longer be written; the run goes on", unwritable);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
