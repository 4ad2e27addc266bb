package dev.millrace.server.gate;

import dev.millrace.server.model.VersionId;

/** Takes versions that passed to the champion's place. Thread-safe. */
public interface Ascent {
  /** Who hears how it goes. */
  interface Listener {
    /** It has come so far, in words. */
    void onState(JudgementState state, String message);

    /** Another became the champion meanwhile; nothing more comes of this ascent. */
    void onSuperseded();
  }

  /** Begins, or goes on after a restart; does not block. */
  void begin(Judgement judgement, GatePolicy policy, Listener listener);

  /**
   * Makes a version the champion of a model that has none, in place of a newer one that fell short;
   * does not block, and does nothing where there is a champion.
   */
  void hold(VersionId id, VersionId newer);
}
