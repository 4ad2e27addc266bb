package dev.millrace.server.dataset;

import java.util.Optional;

/** The files of one dataset, and the digests that they are known to have. */
interface DatasetFiles {
  /**
   * The file that plays a part.
   *
   * @throws dev.millrace.server.model.ServingException DATASET_INVALID if there is none, or more
   *     than one
   */
  DatasetFile find(DatasetRole role);

  /**
   * The digest that a file must have; empty when none is known.
   *
   * @throws dev.millrace.server.model.ServingException DATASET_INVALID if digests are given and
   *     this file's is not among them
   */
  Optional<KnownDigest> digest(DatasetFile file);

  /**
   * A digest that a file must have.
   *
   * @param sha256 in lower-case hexadecimal
   * @param ofContent true for that of the uncompressed bytes, false for that of the bytes as kept
   */
  record KnownDigest(String sha256, boolean ofContent) {}
}
