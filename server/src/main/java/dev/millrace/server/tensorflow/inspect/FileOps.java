package dev.millrace.server.tensorflow.inspect;

import java.util.Map;
import java.util.Set;

/**
 * The ops that touch files and that a SavedModel needs all the same: its own saver's, and those
 * that fill a table from one of its assets.
 */
final class FileOps {
  private static final Set<String> SAVE =
      Set.of("Save", "SaveV2", "SaveSlices", "MergeV2Checkpoints");
  private static final Map<String, Integer> RESTORE =
      Map.of("Restore", 0, "RestoreV2", 0, "RestoreSlice", 0);
  private static final Set<String> PLAIN = Set.of("Save", "SaveV2", "Restore", "RestoreV2");
  private static final Map<String, Integer> TABLE =
      Map.of("InitializeTableFromTextFile", 1, "InitializeTableFromTextFileV2", 1);

  private FileOps() {}

  static boolean isOne(String op) {
    return isSaver(op) || isTable(op);
  }

  /** Writes or reads a checkpoint. */
  static boolean isSaver(String op) {
    return SAVE.contains(op) || isRestore(op);
  }

  static boolean isRestore(String op) {
    return RESTORE.containsKey(op);
  }

  /** Writes or reads tensors in the one file that its first input names. */
  static boolean isPlain(String op) {
    return PLAIN.contains(op);
  }

  static boolean isTable(String op) {
    return TABLE.containsKey(op);
  }

  /** Which input names the file that such an op reads. */
  static int fileInput(String op) {
    return TABLE.getOrDefault(op, RESTORE.getOrDefault(op, 0));
  }
}
