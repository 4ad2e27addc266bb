package dev.millrace.server.registry;

/** What was done to a model. Names are part of the API, and never change meaning. */
public enum HistoryAction {
  /** A version came into the repository. */
  PUBLISHED,
  /** A version was asked to be loaded. */
  LOADED,
  /** A version was asked to be taken out of memory. */
  UNLOADED,
  /** A version was deleted. */
  DELETED,
  /** A label was set or moved. */
  LABELLED,
  /** A label was taken away. */
  UNLABELLED,
  /** A version became the champion. */
  PROMOTED,
  /** A rule had the model trained anew. */
  RETRAINED,
  /** A version passed the gate. */
  GATE_PASSED,
  /** A version fell short at the gate. */
  GATE_REFUSED,
  /** A version that had passed the gate did not come through on its way to the champion's place. */
  GATE_STOPPED,
  /** The former champion became the champion again. */
  ROLLED_BACK,
  /** A champion came through its bake period. */
  BAKED,
  /** The shares of canaries or the shadow were changed. */
  TRAFFIC_SET,
  /** The registry was made anew from what lies in the repository. */
  REBUILT
}
