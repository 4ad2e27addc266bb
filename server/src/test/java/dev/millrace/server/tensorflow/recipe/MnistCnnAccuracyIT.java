package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistCnnAccuracyIT {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long MEBIBYTE = 1 << 20;

  @TempDir Path folder;

  @Test
  void train_defaultRun_isAccurateAndKeepsItsMemory() {
    MnistCnn recipe = new MnistCnn(System::nanoTime);
    TrainingSpec spec =
        new TrainingSpec(
            recipe.description().defaultModel(),
            recipe.description().name(),
            recipe.description().resolve(Map.of()),
            TrainingSpec.DEFAULT_SEED,
            recipe.description().defaultDataset());
    Map<Long, Long> nativeBytes = new TreeMap<>();

    TrainedModel trained =
        recipe.train(
            spec,
            MnistExamples.all(),
            RunOutputs.of(
                folder.resolve("model"), report -> nativeBytes.put(report.step(), nativeBytes())));

    assertThat(spec.model()).isEqualTo(new ModelName("mnist"));
    assertThat(trained.metrics().get("test_accuracy")).isGreaterThanOrEqualTo(0.987);
    assertThat(nativeBytes).hasSize(10);
    if (Files.exists(STATUS)) {
      // One batch left open a step would be 210 MiB.
      long growth = value(nativeBytes, 1000) - value(nativeBytes, 300);
      assertThat(growth).as("growth over 700 steps").isLessThan(80 * MEBIBYTE);
    }
    System.out.println("metrics " + trained.metrics() + ", native memory " + nativeBytes);
  }

  private static long value(Map<Long, Long> byStep, long step) {
    return byStep.getOrDefault(step, 0L);
  }

  /** What the process holds beside the Java heap; 0 where it cannot be known. */
  private static long nativeBytes() {
    if (!Files.exists(STATUS)) {
      return 0;
    }
    try {
      long resident =
          Files.readAllLines(STATUS).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
      return resident * 1024 - heap;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
