package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that every client's command has. */
final class ServerOptions {
  /** How answers are printed. */
  enum Output {
    text,
    json
  }

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:MILLRACE_SERVER:-127.0.0.1:8500}",
      description = "server to ask; also MILLRACE_SERVER (default: 127.0.0.1:8500)")
  private String server = "";

  @Option(
      names = "--deadline",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "longest time a call may take (default: ${DEFAULT-VALUE})")
  private double deadlineSeconds;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = "text",
      description = "text for people, json for programs (default: ${DEFAULT-VALUE})")
  private Output output = Output.text;

  @Mixin private SecurityOptions security = new SecurityOptions();

  String server() {
    return server;
  }

  boolean isJson() {
    return output == Output.json;
  }

  MillraceClient connect() {
    MillraceClient.Builder builder =
        MillraceClient.builder(server).deadline(Duration.ofMillis((long) (deadlineSeconds * 1000)));
    security.tls(System.getenv()).ifPresent(builder::tls);
    security.credentials(System.getenv()).ifPresent(builder::credentials);
    return builder.build();
  }
}
