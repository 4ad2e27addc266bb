package dev.millrace.server.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** An executor whose tasks run when the test says so, on the test's thread. */
public final class PuppetExecutor implements Executor {
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Tasks that wait. */
  public int waiting() {
    return tasks.size();
  }

  /** Runs the oldest task. */
  public void runNext() {
    tasks.remove().run();
  }

  /** Runs everything, and what that adds. */
  public void runAll() {
    while (!tasks.isEmpty()) {
      runNext();
    }
  }
}
