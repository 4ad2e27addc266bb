package dev.millrace.server.dataset;

/** What the examples of a dataset are. */
public enum DatasetKind {
  /** Grey images of one size. */
  IMAGES,
  /** Texts. */
  TEXTS
}
