package dev.millrace.server.repository;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of a version for good, kept beside its files as {@code manifest.json}.
 *
 * @param producer what wrote it
 * @param recipe the recipe that trained it
 * @param trainingJob id of the job that trained it
 * @param parameters the recipe's parameters by name
 * @param seed the seed of the run
 * @param dataset name of the dataset
 * @param datasetDigest SHA-256 of the dataset, in hexadecimal
 * @param metrics figures measured before publishing, such as {@code test_accuracy} in 0..1
 * @param createTime when it was published
 * @param files all files but the manifest itself, ordered by path
 * @param parent number of the version that it was made from; 0 for none
 * @param importId the upload that it came by; empty for none
 */
public record Manifest(
    String producer,
    String recipe,
    String trainingJob,
    SortedMap<String, String> parameters,
    long seed,
    String dataset,
    String datasetDigest,
    SortedMap<String, Double> metrics,
    Instant createTime,
    List<FileEntry> files,
    long parent,
    String importId) {
  /** Name of the file that holds it. */
  public static final String FILE_NAME = "manifest.json";

  /** Copies the collections. */
  public Manifest {
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    files = List.copyOf(files);
  }

  /** Of a version that was made from no other and came by no upload. */
  public Manifest(
      String producer,
      String recipe,
      String trainingJob,
      SortedMap<String, String> parameters,
      long seed,
      String dataset,
      String datasetDigest,
      SortedMap<String, Double> metrics,
      Instant createTime,
      List<FileEntry> files) {
    this(
        producer,
        recipe,
        trainingJob,
        parameters,
        seed,
        dataset,
        datasetDigest,
        metrics,
        createTime,
        files,
        0,
        "");
  }

  /** The same with other files. */
  public Manifest withFiles(List<FileEntry> others) {
    return new Manifest(
        producer,
        recipe,
        trainingJob,
        parameters,
        seed,
        dataset,
        datasetDigest,
        metrics,
        createTime,
        others,
        parent,
        importId);
  }

  /** Size of all files, in bytes. */
  public long sizeBytes() {
    return files.stream().mapToLong(FileEntry::size).sum();
  }
}
