package dev.millrace.server.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real program, started from the distribution as a user starts it, on free ports. */
public final class RunningServer implements AutoCloseable {
  /** JVM options of one that lives for seconds, and is not worth the second compiler's work. */
  public static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  private static final Pattern READY =
      Pattern.compile(
          "ready grpc=127\\.0\\.0\\.1:(\\d+) http=127\\.0\\.0\\.1:(\\d+)"
              + " management=127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final int port;
  private final int httpPort;
  private final int managementPort;

  private RunningServer(Process process, int port, int httpPort, int managementPort) {
    this.process = process;
    this.port = port;
    this.httpPort = httpPort;
    this.managementPort = managementPort;
  }

  /** Path of the distribution's program. */
  public static Path program() {
    return Path.of("target", "millrace", "bin", "millrace").toAbsolutePath();
  }

  /**
   * Starts a server on a folder's repository and state, and waits until it says that it is ready.
   */
  public static RunningServer start(Path folder, String... options) throws IOException {
    return start(folder, Map.of(), options);
  }

  /** The same with variables in its environment. */
  public static RunningServer start(Path folder, Map<String, String> variables, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program().toString());
    command.add("serve");
    command.addAll(List.of("--port", "0", "--http-port", "0", "--management-port", "0"));
    command.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("server.log").toFile()));
    builder.environment().putAll(variables);
    Process process = builder.start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    Matcher matcher = READY.matcher(line == null ? "" : line);
    if (!matcher.matches()) {
      process.destroyForcibly();
      throw new IOException("the server said '" + line + "'; " + folder.resolve("server.log"));
    }
    return new RunningServer(
        process,
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /** Address of gRPC. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Address of HTTP. */
  public String httpAddress() {
    return "127.0.0.1:" + httpPort;
  }

  /** Address of metrics and health. */
  public String managementAddress() {
    return "127.0.0.1:" + managementPort;
  }

  /** Its process. */
  public long pid() {
    return process.pid();
  }

  /** False when the process has ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end of its process; false when that takes longer. */
  public boolean awaitEnd(long time, TimeUnit unit) throws InterruptedException {
    return process.waitFor(time, unit);
  }

  /** The training processes that it has now. */
  public List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** Sends SIGTERM and waits; returns the exit code. */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the server did not stop within a minute");
    }
    return process.exitValue();
  }

  /** Sends SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
