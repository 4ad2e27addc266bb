package dev.millrace.server.catalog;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A reader's hold on a version: the servable stays loaded until the lease is closed. Closing twice
 * does nothing.
 */
public final class Lease implements AutoCloseable {
  private final LoadedVersion version;
  private final LeaseCount count;
  private final AtomicBoolean closed = new AtomicBoolean();

  Lease(LoadedVersion version, LeaseCount count) {
    this.version = version;
    this.count = count;
  }

  /** The version held. */
  public VersionId id() {
    return version.source().id();
  }

  /** Changes whenever the version's content does. */
  public String digest() {
    return version.source().digest();
  }

  /** What the operator chose for the model. */
  public ModelSettings settings() {
    return version.source().settings();
  }

  /** How runs share the cores. */
  public ExecutionMode execution() {
    return version.report().execution();
  }

  /** How requests for a signature share runs. */
  public BatchPlan batchPlan(String signature) {
    return version.report().plan(signature);
  }

  /** True when a signature was seen to answer equal requests alike. */
  public boolean repeats(String signature) {
    return !version.report().notCached().containsKey(signature);
  }

  /** The loaded version; not to be used after {@link #close}. */
  public Servable servable() {
    return version.servable();
  }

  void usedAt(long millis) {
    count.usedAt(millis);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      count.release();
    }
  }
}
