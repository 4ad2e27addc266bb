package dev.millrace.server.catalog;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.VersionId;
import org.jspecify.annotations.Nullable;

/**
 * Hears of loads and releases while they go on, on the thread that does them and under no lock; so
 * it may measure what they take.
 */
public interface LoadObserver {
  /** Hears nothing. */
  LoadObserver NONE =
      new LoadObserver() {
        @Override
        public void onLoading(VersionId id) {}

        @Override
        public void onWarming(VersionId id) {}

        @Override
        public void onLoaded(VersionId id, @Nullable ErrorReason failure) {}

        @Override
        public void onReleasing(VersionId id) {}

        @Override
        public void onReleased(VersionId id) {}
      };

  /** A load begins. */
  void onLoading(VersionId id);

  /** The version is in memory, and its warm-up begins. */
  void onWarming(VersionId id);

  /**
   * A load has ended, its warm-up included; the version's state is about to change.
   *
   * @param failure why it failed; null when it did not
   */
  void onLoaded(VersionId id, @Nullable ErrorReason failure);

  /** A version's memory is about to be given back. */
  void onReleasing(VersionId id);

  /** A version's memory was given back; its state is about to become RELEASED. */
  void onReleased(VersionId id);
}
