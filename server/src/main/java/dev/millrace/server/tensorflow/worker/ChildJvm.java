package dev.millrace.server.tensorflow.worker;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a child process of this server is started: this JVM's own Java and class path, and less eager
 * for the processor than the server is.
 */
public final class ChildJvm {
  private static final int NATIVE_ACCESS_SINCE = 24;

  private ChildJvm() {}

  /**
   * The command, word by word.
   *
   * @param heap most of the Java heap, in the form of {@code -Xmx}, such as {@code 2g}
   * @param more further options of the JVM
   * @param main what runs in it
   */
  public static List<String> words(String heap, List<String> more, Class<?> main) {
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
    words.addAll(more);
    words.add("-cp");
    words.add(classPath());
    words.add(main.getName());
    return words;
  }

  /** Sets what TensorFlow reads when it is loaded, unless somebody has set it already. */
  public static void addTensorFlowTo(Map<String, String> environment) {
    environment.putIfAbsent("TF_ENABLE_ONEDNN_OPTS", "1");
    environment.putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "1");
  }

  /** The class path, which must hold wherever the child works. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
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
