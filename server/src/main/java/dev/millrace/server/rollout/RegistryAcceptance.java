package dev.millrace.server.rollout;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.registry.VersionRecord;
import dev.millrace.server.repository.Acceptance;
import dev.millrace.server.repository.Manifest;
import java.time.InstantSource;
import java.util.Optional;

/** What the registry remembers of versions, as the repository asks for it. Thread-safe. */
public final class RegistryAcceptance implements Acceptance {
  private final RegistryStore store;
  private final InstantSource clock;

  /**
   * Over a store.
   *
   * @param clock tells when a version without a manifest was first seen
   */
  public RegistryAcceptance(RegistryStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public Optional<Identity> of(VersionId id) {
    return store
        .version(id)
        .filter(record -> !record.digest().isEmpty())
        .map(record -> new Identity(record.digest(), record.accepted()));
  }

  @Override
  public void remember(VersionId id, Identity identity, Optional<Manifest> manifest) {
    VersionRecord record =
        store
            .version(id)
            .map(
                known ->
                    new VersionRecord(
                        id,
                        identity.digest(),
                        known.trainingJob(),
                        known.datasetDigest(),
                        known.parent(),
                        known.createTime(),
                        identity.accepted()))
            .orElseGet(
                () ->
                    new VersionRecord(
                        id,
                        identity.digest(),
                        manifest.map(Manifest::trainingJob).orElse(""),
                        manifest.map(Manifest::datasetDigest).orElse(""),
                        manifest.map(Manifest::parent).orElse(0L),
                        manifest.map(Manifest::createTime).orElseGet(clock::instant),
                        identity.accepted()));
    store.write(record);
  }
}
