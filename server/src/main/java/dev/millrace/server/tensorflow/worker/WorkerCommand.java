package dev.millrace.server.tensorflow.worker;

import java.util.List;
import java.util.Map;

/**
 * How a training process is started: a child JVM, with a heap of its own.
 *
 * @param heap most of the Java heap, in the form of {@code -Xmx}, such as {@code 2g}
 */
public record WorkerCommand(String heap) {
  /** The command, word by word. */
  List<String> words() {
    return ChildJvm.words(heap, List.of(), TrainingWorker.class);
  }

  /** Sets what TensorFlow reads when it is loaded, unless somebody has set it already. */
  void addTo(Map<String, String> environment) {
    ChildJvm.addTensorFlowTo(environment);
  }
}
