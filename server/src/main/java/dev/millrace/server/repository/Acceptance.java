package dev.millrace.server.repository;

import dev.millrace.server.model.VersionId;
import java.util.Optional;

/** What is remembered of versions that were loaded or made here before. Thread-safe. */
public interface Acceptance {
  /** Remembers nothing. */
  Acceptance NONE =
      new Acceptance() {
        @Override
        public Optional<Identity> of(VersionId id) {
          return Optional.empty();
        }

        @Override
        public void remember(VersionId id, Identity identity, Optional<Manifest> manifest) {}
      };

  /**
   * Which files a version has.
   *
   * @param digest as {@link VersionFiles#digest} tells it
   * @param accepted true once they have passed every check, or were made by this server
   */
  record Identity(String digest, boolean accepted) {}

  /** What is remembered of a version; empty when it was never loaded. */
  Optional<Identity> of(VersionId id);

  /** Remembers a version, in place of what was remembered before. */
  void remember(VersionId id, Identity identity, Optional<Manifest> manifest);
}
