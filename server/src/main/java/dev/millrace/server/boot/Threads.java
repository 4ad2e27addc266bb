package dev.millrace.server.boot;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the server's threads: named, so that a thread dump can be read, and daemons, so that none
 * holds up the end.
 */
final class Threads {
  private Threads() {}

  static ThreadFactory named(String name) {
    return named(name, Thread.NORM_PRIORITY);
  }

  static ThreadFactory named(String name, int priority) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      thread.setPriority(priority);
      return thread;
    };
  }
}
