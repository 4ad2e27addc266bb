package dev.millrace.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short form of what {@code mvn -Pfuzz verify} does for ten minutes. */
final class FuzzIT {
  @Test
  @Timeout(180)
  void predict_hostileRequests_areRefusedAndTheServerGoesOn(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("millrace.fuzz.seed", new Random().nextLong());
    FuzzReport report = Fuzz.run(folder, Duration.ofSeconds(8), seed);
    System.out.println(report);
    assertThat(report.findings()).as("seed %d", seed).isEmpty();
    assertThat(report.codes().keySet())
        .anyMatch(code -> code.startsWith("OK"))
        .anyMatch(code -> code.startsWith("INVALID_ARGUMENT"))
        .anyMatch(code -> code.startsWith("NOT_FOUND"));
  }
}
