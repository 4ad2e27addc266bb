package dev.millrace.server.privacy;

import java.util.List;

/** A place where parts of a dataset may lie. Thread-safe. */
@FunctionalInterface
public interface DataPlace {
  /**
   * Removes what is there of a dataset; to be repeated as often as one likes. May take seconds.
   *
   * @param dataset its name
   * @param digest of its content; empty where it is not known
   * @return what was there
   */
  List<RemovedItem> remove(String dataset, String digest);
}
