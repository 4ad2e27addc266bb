package dev.millrace.server.tensorflow.recipe;

/** The run was asked to stop, and its state is kept; a recipe lets this through. */
public final class RunStopped extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * After a step.
   *
   * @param step steps done
   */
  public RunStopped(long step) {
    super("stopped after step " + step, null, false, false);
  }
}
