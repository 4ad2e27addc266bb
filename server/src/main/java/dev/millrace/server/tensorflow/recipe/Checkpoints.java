package dev.millrace.server.tensorflow.recipe;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Keeps the state of a run on disk, so that another process can go on with it. When that is done is
 * no business of the recipe's, which only tells of each step; what it is, is. Used by the run's
 * thread alone.
 */
public interface Checkpoints {
  /** Keeps nothing. */
  Checkpoints NONE =
      new Checkpoints() {
        @Override
        public boolean restore(StateReader reader) {
          return false;
        }

        @Override
        public void afterStep(long step, StateWriter writer) {
          // There is nowhere to keep it.
        }
      };

  /** Reads a state. */
  @FunctionalInterface
  interface StateReader {
    /**
     * Goes on from a state.
     *
     * @param folder the files that a {@link StateWriter} wrote, as it wrote them
     * @return steps done
     */
    long read(Path folder) throws IOException;
  }

  /** Writes a state. */
  @FunctionalInterface
  interface StateWriter {
    /**
     * Writes all that the run needs to go on.
     *
     * @param folder empty
     */
    void write(Path folder) throws IOException;
  }

  /**
   * Goes on from the newest state that is whole. A reader that throws is given the one before; it
   * must leave the run as it was at its beginning then.
   *
   * @return false if there was none, and the run begins anew
   */
  boolean restore(StateReader reader);

  /**
   * To be told after each step; keeps the state when it is time to.
   *
   * @param step steps done
   * @throws RunStopped when the run shall end here and be gone on with later
   */
  void afterStep(long step, StateWriter writer);
}
