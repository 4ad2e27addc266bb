package dev.millrace.server.evaluation;

import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;

/** The versions that can be measured. Thread-safe. */
public interface VersionAccess {
  /**
   * The version that a reference means now.
   *
   * @throws dev.millrace.server.model.ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND or
   *     LABEL_NOT_FOUND
   */
  VersionId resolve(ModelReference reference);

  /**
   * Keeps a version in memory until the hold is closed; loads it first if it is not, and waits for
   * that.
   *
   * @param cancelled true once nobody waits for it any more
   * @throws dev.millrace.server.model.ServingException VERSION_NOT_FOUND, LOAD_FAILED, SUPERSEDED
   *     or CALLER_CANCELLED
   */
  Hold hold(VersionId id, BooleanSupplier cancelled) throws InterruptedException;

  /** A version in memory. */
  interface Hold extends AutoCloseable {
    /** What it can do, by signature name. */
    SortedMap<String, Signature> signatures();

    /** Changes whenever the version's content does. */
    String digest();

    /** Memory that it takes, in bytes; 0 if that was not measured. */
    long memoryBytes();

    /** Lets it go. Closing again does nothing. */
    @Override
    void close();
  }
}
