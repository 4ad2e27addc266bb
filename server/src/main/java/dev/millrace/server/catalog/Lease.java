package dev.millrace.server.catalog;

import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A reader's hold on a version: the servable stays loaded until the lease is closed. Closing twice
 * does nothing.
 */
public final class Lease implements AutoCloseable {
  private final ServableSource source;
  private final Servable servable;
  private final LeaseCount count;
  private final AtomicBoolean closed = new AtomicBoolean();

  Lease(ServableSource source, Servable servable, LeaseCount count) {
    this.source = source;
    this.servable = servable;
    this.count = count;
  }

  /** The version held. */
  public VersionId id() {
    return source.id();
  }

  /** Changes whenever the version's content does. */
  public String digest() {
    return source.digest();
  }

  /** What the operator chose for the model. */
  public ModelSettings settings() {
    return source.settings();
  }

  /** The loaded version; not to be used after {@link #close}. */
  public Servable servable() {
    return servable;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      count.release();
    }
  }
}
