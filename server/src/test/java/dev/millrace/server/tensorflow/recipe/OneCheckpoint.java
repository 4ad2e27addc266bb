package dev.millrace.server.tensorflow.recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Keeps the state after one step, and breaks the run off there; goes on from it when that step is
 * below 0, and begins anew when the state cannot be read.
 */
record OneCheckpoint(Path kept, long step) implements Checkpoints {
  @Override
  public boolean restore(StateReader reader) {
    try {
      return step < 0 && reader.read(kept) > 0;
    } catch (IOException | RuntimeException damaged) {
      return false;
    }
  }

  @Override
  public void afterStep(long done, StateWriter writer) {
    if (done == step) {
      try {
        writer.write(kept);
      } catch (IOException unwritable) {
        throw new UncheckedIOException(unwritable);
      }
      throw new RunStopped(done);
    }
  }
}
