package dev.millrace.server.model;

/**
 * What is kept of requests on which a shadow's answer differed.
 *
 * @param keepDisagreements most requests that are kept, 0 to 1000
 * @param keepInputs true to keep what was asked as well
 */
public record ShadowSettings(int keepDisagreements, boolean keepInputs) {
  /** What holds when nobody says otherwise: nothing is kept. */
  public static final ShadowSettings DEFAULT = new ShadowSettings(0, false);
}
