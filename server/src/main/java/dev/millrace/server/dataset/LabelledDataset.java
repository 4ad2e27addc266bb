package dev.millrace.server.dataset;

/** Labelled examples of one kind, in three disjoint splits. */
public sealed interface LabelledDataset permits Dataset, TextDataset {
  /** What it is called. */
  String name();

  /** SHA-256 over the content of its files, in hexadecimal. */
  String digest();

  /** What its examples are. */
  DatasetKind kind();
}
