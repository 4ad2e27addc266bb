package dev.millrace.server.inference.cache;

import dev.millrace.server.model.VersionId;

/** Two observers as one. */
public record BothCacheObservers(CacheObserver first, CacheObserver second)
    implements CacheObserver {
  @Override
  public void onRequest(VersionId version, String signature, CacheOutcome outcome) {
    first.onRequest(version, signature, outcome);
    second.onRequest(version, signature, outcome);
  }

  @Override
  public void onLookUp(VersionId version, String signature, boolean found, long nanos) {
    first.onLookUp(version, signature, found, nanos);
    second.onLookUp(version, signature, found, nanos);
  }

  @Override
  public void onSaved(VersionId version, String signature, long nanos) {
    first.onSaved(version, signature, nanos);
    second.onSaved(version, signature, nanos);
  }

  @Override
  public void onBytes(VersionId version, String signature, long change) {
    first.onBytes(version, signature, change);
    second.onBytes(version, signature, change);
  }
}
