package dev.millrace.server.usage;

/**
 * What was used by a group.
 *
 * @param place which group
 * @param used how much
 */
public record UsageRow(Place place, Amounts used) {
  /**
   * Which group; what rows are not told apart by is empty or 0.
   *
   * @param hour the first hour of the group's time
   * @param caller the caller's id
   * @param model the model's id
   * @param version the version
   */
  public record Place(long hour, String caller, String model, long version) {}
}
