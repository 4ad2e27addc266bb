package dev.millrace.server.registry;

import java.util.Map;
import java.util.TreeMap;

/** Writes down that a version came into the repository. Thread-safe. */
public final class Publications {
  private final Registry registry;
  private final RegistryStore store;

  /** Publications of a registry. */
  public Publications(Registry registry, RegistryStore store) {
    this.registry = registry;
    this.store = store;
  }

  /**
   * Remembers a version, and that its number was given out, with the event that tells of it.
   *
   * @param actor who published it
   * @param reason why, in words; may be empty
   * @param evidence what is to be told with it, by name
   */
  public void published(
      VersionRecord version, String actor, String reason, Map<String, String> evidence) {
    store.write(version);
    // A scan may have seen the version first, and then nobody's reason would be told.
    registry.enact(
        version.id().model(),
        "",
        before -> before.withHighest(version.id().number()),
        before ->
            HistoryEvent.of(
                version.id().model(),
                actor,
                HistoryAction.PUBLISHED,
                version.parent(),
                version.id().number(),
                reason,
                new TreeMap<>(evidence)));
  }
}
