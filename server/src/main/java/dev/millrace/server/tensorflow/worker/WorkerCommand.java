package dev.millrace.server.tensorflow.worker;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a training process is started: this JVM's own Java and class path, with a heap of its own,
 * and less eager for the processor than the server is.
 *
 * @param heap most of the Java heap, in the form of {@code -Xmx}, such as {@code 2g}
 */
public record WorkerCommand(String heap) {
  private static final int NATIVE_ACCESS_SINCE = 24;

  /** The command, word by word. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    nice().ifPresent(nice -> words.addAll(List.of(nice.toString(), "-n", "10")));
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
      words.add("--enable-native-access=ALL-UNNAMED");
      words.add("--sun-misc-unsafe-memory-access=allow");
    }
    words.add("-Xmx" + heap);
    words.add("-Djdk.serialFilter=!*");
    // JavaCPP would fail when the process takes more than four times the heap, TensorFlow included.
    words.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
    if (cache != null) {
      words.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
    }
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(TrainingWorker.class.getName());
    return words;
  }

  /** Sets what TensorFlow reads when it is loaded, unless somebody has set it already. */
  void addTo(Map<String, String> environment) {
    environment.putIfAbsent("TF_ENABLE_ONEDNN_OPTS", "1");
    environment.putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "1");
  }

  private static Optional<Path> nice() {
    String path = System.getenv("PATH");
    if (path == null) {
      return Optional.empty();
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      Path candidate = Path.of(folder, "nice");
      if (candidate.isAbsolute() && Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
