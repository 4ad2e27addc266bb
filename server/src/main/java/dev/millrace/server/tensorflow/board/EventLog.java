package dev.millrace.server.tensorflow.board;

import java.nio.ByteBuffer;
import java.util.Map;
import org.tensorflow.proto.GraphDef;

/** Takes what people look at while a run goes on and afterwards. Confined to one thread. */
public interface EventLog {
  /** Keeps nothing. */
  EventLog NONE = new EventLog() {};

  /** The graph that is trained. */
  default void graph(GraphDef graph) {}

  /**
   * Figures after a step.
   *
   * @param values by name, such as {@code loss/train}; what stands before the slash groups charts
   */
  default void scalars(long step, Map<String, Double> values) {}

  /** How values are distributed after a step. */
  default void histogram(long step, String name, Histogram values) {}

  /**
   * A picture.
   *
   * @param png grey, of the given size
   */
  default void image(long step, String name, int height, int width, ByteBuffer png) {}
}
