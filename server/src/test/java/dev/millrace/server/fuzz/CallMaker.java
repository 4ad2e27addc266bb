package dev.millrace.server.fuzz;

/** Makes calls, from right to absurd. Confined to one thread. */
@FunctionalInterface
interface CallMaker {
  /** The next call. */
  FuzzCall next();
}
