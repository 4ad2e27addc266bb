package dev.millrace.server.boot;

import dev.millrace.server.model.Failpoints;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the process with SIGKILL when it comes to the step that the system property {@code
 * millrace.failpoint} names.
 */
final class KillAtFailpoint implements Failpoints {
  private static final String PROPERTY = "millrace.failpoint";

  private final String fatal;

  private KillAtFailpoint(String fatal) {
    this.fatal = fatal;
  }

  /** As the property says; without it, nothing ever happens. */
  static Failpoints ofProperty() {
    String step = System.getProperty(PROPERTY, "");
    return step.isEmpty() ? Failpoints.NONE : new KillAtFailpoint(step);
  }

  @Override
  public void reach(String step) {
    if (!step.equals(fatal)) {
      return;
    }
    System.err.println("failpoint " + step);
    try {
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
    } catch (IOException noSuchCommand) {
      Runtime.getRuntime().halt(137);
    }
    while (true) {
      LockSupport.park(this);
    }
  }
}
