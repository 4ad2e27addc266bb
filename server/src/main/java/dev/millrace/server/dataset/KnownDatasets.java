package dev.millrace.server.dataset;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Facts of datasets. They are learned by reading a dataset into memory, one at a time, and kept as
 * long as its files stay what they are, by their names, sizes and times. Thread-safe.
 */
public final class KnownDatasets {
  private static final int MOST = 100;

  private final Datasets datasets;
  private final Object reading = new Object();
  private final Map<String, Seen> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
              return size() > MOST;
            }
          });

  private record Seen(String stamp, DatasetFacts facts) {}

  /** Nothing is known yet. */
  public KnownDatasets(Datasets datasets) {
    this.datasets = datasets;
  }

  /**
   * What is known of a dataset; empty when it has to be read first. Does not read it.
   *
   * @throws dev.millrace.server.model.ServingException DATASET_NOT_FOUND; DATASET_INVALID if its
   *     folder cannot be read
   */
  public Optional<DatasetFacts> find(String name) {
    Seen seen = known.get(name);
    return seen != null && seen.stamp().equals(datasets.stamp(name))
        ? Optional.of(seen.facts())
        : requireThere(name);
  }

  private Optional<DatasetFacts> requireThere(String name) {
    datasets.require(name);
    return Optional.empty();
  }

  /** Lets go what is known of a dataset, such as one that is deleted. */
  public void forget(String name) {
    known.remove(name);
  }

  /**
   * The facts of a dataset, which is read for them where they are not known; that may take seconds.
   *
   * @throws dev.millrace.server.model.ServingException as {@link Datasets#read}
   */
  public DatasetFacts read(String name) {
    synchronized (reading) {
      Optional<DatasetFacts> found = find(name);
      if (found.isPresent()) {
        return found.get();
      }
      String stamp = datasets.stamp(name);
      DatasetFacts facts = DatasetFacts.of(datasets.read(name));
      known.put(name, new Seen(stamp, facts));
      return facts;
    }
  }
}
