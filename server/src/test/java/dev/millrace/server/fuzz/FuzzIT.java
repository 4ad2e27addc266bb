package dev.millrace.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short form of what {@code mvn -Pfuzz verify} does for ten minutes. */
final class FuzzIT {
  @Test
  @Timeout(180)
  void anyWire_hostileRequests_areRefusedAndTheServerGoesOn(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("millrace.fuzz.seed", new Random().nextLong());
    FuzzReport report = Fuzz.run(folder, Duration.ofSeconds(12), seed);
    System.out.println(report);
    assertThat(report.findings()).as("seed %d", seed).isEmpty();
    assertThat(report.codes().keySet())
        .as("seed %d", seed)
        .contains(
            "inference.GRPCInferenceService/ModelStreamInfer",
            "tensorflow.serving.PredictionService/Regress",
            "tensorflow.serving.PredictionService/MultiInference",
            "tensorflow.serving.PredictionService/GetModelMetadata",
            "tensorflow.serving.ModelService/HandleReloadConfigRequest");
    for (String method :
        List.of(
            "millrace.v1.InferenceService/Predict",
            "inference.GRPCInferenceService/ModelInfer",
            "tensorflow.serving.PredictionService/Predict",
            "tensorflow.serving.PredictionService/Classify")) {
      assertThat(report.codes().get(method).keySet())
          .as("%s of seed %d", method, seed)
          .anyMatch(code -> code.equals("OK"))
          .anyMatch(code -> code.startsWith("INVALID_ARGUMENT"));
    }
  }
}
