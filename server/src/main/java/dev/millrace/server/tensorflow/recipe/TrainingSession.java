package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The session of a graph in training, and how far it has come: begun anew, from an earlier
 * version's weights, or from a checkpoint. Owns the session and not the graph. Not safe for use by
 * many threads.
 */
final class TrainingSession implements AutoCloseable {
  /**
   * The ends of a graph that a training needs.
   *
   * @param initialise sets all variables for the first step
   * @param globalStep number of steps done
   * @param trainStep learns from a batch
   * @param loss mean loss of a batch
   * @param correct examples of a batch classified rightly, as they are learnt from
   */
  record Ends(
      Op initialise,
      Operand<TInt64> globalStep,
      Op trainStep,
      Operand<TFloat32> loss,
      Operand<TInt32> correct) {}

  /**
   * What one step tells.
   *
   * @param loss mean loss of its batch, before the step
   * @param correct examples of its batch classified rightly, before the step
   */
  record StepResult(float loss, int correct) {}

  private final Ends ends;
  private final Session session;
  private Optional<Path> parent = Optional.empty();
  private long step;

  /** Opens a session, and sets the initial weights. */
  TrainingSession(Graph graph, Ends ends) {
    this.ends = ends;
    session = new Session(graph);
    try {
      begin();
    } catch (RuntimeException | Error failed) {
      session.close();
      throw failed;
    }
  }

  /** Steps done. */
  long step() {
    return step;
  }

  /** The session; closed by this. */
  Session session() {
    return session;
  }

  /** A run of the session to be fed. */
  Session.Runner runner() {
    return session.runner();
  }

  /**
   * Learns from a batch.
   *
   * @param fed a runner of this session that has the batch
   * @param learningRate what to tell somebody to go below
   * @throws ServingException TRAINING_FAILED if the loss is no number any more
   */
  StepResult learn(Session.Runner fed, float learningRate) {
    float loss;
    int correct;
    try (Result result =
        fed.fetch(ends.loss()).fetch(ends.correct()).addTarget(ends.trainStep()).run()) {
      loss = ((TFloat32) result.get(0)).getFloat();
      correct = ((TInt32) result.get(1)).getInt();
    }
    step++;
    if (!Float.isFinite(loss)) {
      throw new ServingException(
          ErrorReason.TRAINING_FAILED,
          String.format(
              Locale.ROOT,
              "the loss is %s at step %d; try a learning_rate below %s",
              loss,
              step,
              learningRate));
    }
    return new StepResult(loss, correct);
  }

  /** Takes the weights of an earlier version. */
  void startFrom(Path savedModel) {
    StartingWeights.read(session, savedModel);
    parent = Optional.of(savedModel);
  }

  /** Keeps weights, optimiser and step. */
  void save(Checkpoint checkpoint) {
    checkpoint.save(session);
  }

  /** Goes on where the checkpoint was saved, in a run of the same parameters and examples. */
  void restore(Checkpoint checkpoint) {
    checkpoint.restore(session);
    try (Result result = session.runner().fetch(ends.globalStep()).run()) {
      step = ((TInt64) result.get(0)).getLong();
    }
  }

  /** The same; when it fails, the training is back at its beginning. */
  void restoreOrBegin(Checkpoint checkpoint) {
    try {
      restore(checkpoint);
    } catch (RuntimeException damaged) {
      begin();
      parent.ifPresent(this::startFrom);
      step = 0;
      throw damaged;
    }
  }

  private void begin() {
    session.runner().addTarget(ends.initialise()).run().close();
  }

  @Override
  public void close() {
    session.close();
  }
}
