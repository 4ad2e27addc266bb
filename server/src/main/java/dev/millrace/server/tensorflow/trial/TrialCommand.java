package dev.millrace.server.tensorflow.trial;

import dev.millrace.server.tensorflow.worker.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a trial's process is started: with nothing of the server's environment that could be a
 * secret.
 *
 * @param heap most of the Java heap, in the form of {@code -Xmx}, such as {@code 1g}
 */
public record TrialCommand(String heap) {
  // By name and not by prefix: other programs keep secrets in variables that begin with TF_.
  private static final Set<String> KEPT =
      Set.of(
          "LANG",
          "LC_ALL",
          "LC_CTYPE",
          "LD_LIBRARY_PATH",
          "OMP_NUM_THREADS",
          "TF_CPP_MIN_LOG_LEVEL",
          "TF_DETERMINISTIC_OPS",
          "TF_ENABLE_ONEDNN_OPTS",
          "TF_NUM_INTEROP_THREADS",
          "TF_NUM_INTRAOP_THREADS",
          "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS",
          "TF_ONEDNN_USE_SYSTEM_ALLOCATOR");

  List<String> words(Path workFolder) {
    return ChildJvm.words(
        heap,
        List.of(
            "-Djava.io.tmpdir=" + workFolder,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            // The end of the process is a result, and needs no dump of memory.
            "-XX:-CreateCoredumpOnCrash"),
        TrialWorker.class);
  }

  /** Leaves in an environment only what the process needs. */
  void reduce(Map<String, String> environment) {
    environment.keySet().retainAll(KEPT);
    ChildJvm.addTensorFlowTo(environment);
  }
}
