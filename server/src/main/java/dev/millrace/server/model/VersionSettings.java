package dev.millrace.server.model;

import java.util.List;

/**
 * Which versions of a model are loaded besides those that a label, traffic or a person asks for.
 *
 * @param policy by what they are chosen
 * @param latest how many of the newest, at least 1; for LATEST
 * @param list their numbers, ascending; for LIST
 */
public record VersionSettings(Policy policy, int latest, List<Integer> list) {
  /** What holds when nobody says otherwise: the newest one. */
  public static final VersionSettings DEFAULT = new VersionSettings(Policy.LATEST, 1, List.of());

  /** By what versions are chosen. */
  public enum Policy {
    /** The newest. */
    LATEST,
    /** Every one. */
    ALL,
    /** Those that are named. */
    LIST
  }

  /** Copies the list. */
  public VersionSettings {
    list = List.copyOf(list);
  }
}
