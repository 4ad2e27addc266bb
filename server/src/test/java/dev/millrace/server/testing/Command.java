package dev.millrace.server.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A program run to its end.
 *
 * @param exitCode what it ended with
 * @param out its standard output
 * @param err its standard error
 */
public record Command(int exitCode, String out, String err) {
  /** Runs a program in a folder. */
  public static Command run(Path folder, List<String> words)
      throws IOException, InterruptedException {
    Path err = Files.createTempFile("command", ".err");
    Process process =
        new ProcessBuilder(words).directory(folder.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    Command ended = new Command(exitCode, out, Files.readString(err));
    Files.delete(err);
    return ended;
  }

  /** Skips the test when a program is not installed, but never in CI, which installs it. */
  public static void assumeInstalled(String program) {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    if ("true".equals(System.getenv("CI")) && !installed) {
      throw new AssertionError(program + " is not installed");
    }
    Assumptions.assumeTrue(installed, program + " is not installed");
  }
}
