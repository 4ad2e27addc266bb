package dev.millrace.server.tensorflow.recipe;

import java.nio.file.Path;
import org.tensorflow.Session;
import org.tensorflow.types.TString;

/**
 * The state of a run on disk: weights, the optimiser's variables, and the step.
 *
 * @param prefix path that the names of its files begin with
 */
record Checkpoint(Path prefix) {
  /** Writes the variables of a graph that has {@link SaverOps}; replaces files of the same name. */
  void save(Session session) {
    try (TString filename = TString.scalarOf(prefix.toString())) {
      session.runner().feed(SaverOps.FILENAME, filename).addTarget(SaverOps.SAVE).run().close();
    }
  }

  /**
   * Sets the variables of a graph that has {@link SaverOps}; those of the file that it lacks stay
   * out.
   */
  void restore(Session session) {
    try (TString filename = TString.scalarOf(prefix.toString())) {
      session
          .runner()
          .feed(SaverOps.FILENAME, filename)
          .addTarget(session.graph().operationOrThrow(SaverOps.RESTORE))
          .run()
          .close();
    }
  }
}
