package dev.millrace.server.repository;

import dev.millrace.server.model.ModelName;
import java.io.IOException;
import java.nio.file.Path;

/** Vouches for files that are about to be published. Thread-safe. */
@FunctionalInterface
public interface Seal {
  /** Vouches for nothing. */
  Seal NONE = (model, directory) -> {};

  /** Puts a signature beside the files. */
  void put(ModelName model, Path directory) throws IOException;
}
