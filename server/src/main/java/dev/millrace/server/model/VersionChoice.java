package dev.millrace.server.model;

/** Which version of a model a caller asks for. */
public sealed interface VersionChoice {
  /**
   * The champion, or a canary in its place; for a model without a champion, the newest version that
   * is available.
   */
  record Latest() implements VersionChoice {}

  /** This version and no other. */
  record Exact(long number) implements VersionChoice {}

  /** The version that a label points at. */
  record Labelled(String label) implements VersionChoice {}
}
