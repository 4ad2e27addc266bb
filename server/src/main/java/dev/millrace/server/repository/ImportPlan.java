package dev.millrace.server.repository;

import dev.millrace.server.model.ModelName;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an upload will bring.
 *
 * @param model the model that it will be a version of
 * @param importId made up by the caller
 * @param files every file of the SavedModel
 * @param parent number of the version that it was made from; 0 for none
 * @param parameters what is worth knowing, by name
 * @param metrics figures that were measured, by name
 * @param reason why, in words; may be empty
 */
public record ImportPlan(
    ModelName model,
    String importId,
    List<FileEntry> files,
    long parent,
    SortedMap<String, String> parameters,
    SortedMap<String, Double> metrics,
    String reason) {
  /** Copies the collections. */
  public ImportPlan {
    files = List.copyOf(files);
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
  }

  /** Size of all files, in bytes. */
  long sizeBytes() {
    return files.stream().mapToLong(FileEntry::size).sum();
  }
}
