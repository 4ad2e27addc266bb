package dev.millrace.server.gate;

/** What is done with a version that passed. */
public enum Promotion {
  /** It becomes the champion at once, and is watched as every new champion is. */
  AT_ONCE,
  /** It answers copies first, then a share of the callers, and then becomes the champion. */
  SHADOW_THEN_CANARY,
  /** A person decides. */
  NONE
}
