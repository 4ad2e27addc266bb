package dev.millrace.server.feedback;

import dev.millrace.server.model.VersionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What versions answered when they were measured. It stays as it is; of a version that has not been
 * measured it is asked again some seconds later. Thread-safe.
 */
final class ReferenceCache {
  private static final Duration AGAIN = Duration.ofSeconds(5);
  private static final int MOST = 100;

  private final Function<VersionId, Reference> source;
  private final InstantSource clock;
  private final Map<VersionId, Seen> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<VersionId, Seen> eldest) {
              return size() > MOST;
            }
          });

  private record Seen(Reference reference, Instant until) {}

  ReferenceCache(Function<VersionId, Reference> source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
  }

  /** May wait for the store. */
  Reference of(VersionId id) {
    Seen seen = known.get(id);
    if (seen == null || !seen.until().isAfter(clock.instant())) {
      Reference found = source.apply(id);
      boolean measured = found.classes().length > 0;
      seen = new Seen(found, measured ? Instant.MAX : clock.instant().plus(AGAIN));
      known.put(id, seen);
    }
    return seen.reference();
  }
}
