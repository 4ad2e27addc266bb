package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class SecurityOptionsTest {
  @Test
  void tls_anyOptionOfIt_switchesItOn() {
    assertThat(parse().tls(Map.of())).isEmpty();
    assertThat(parse("--tls").tls(Map.of())).isPresent();
    assertThat(parse("--ca", "ca.pem").tls(Map.of())).isPresent();
    assertThat(parse("--server-name", "a").tls(Map.of())).isPresent();
    assertThat(parse("--cert", "a", "--key", "b").tls(Map.of())).isPresent();
    assertThat(parse().tls(Map.of("MILLRACE_CA", "ca.pem"))).isPresent();
    assertThatThrownBy(() -> parse("--cert", "a").tls(Map.of())).hasMessageContaining("give both");
  }

  @Test
  void credentials_comeFromFilesOrVariables_andFromOneOfThem() {
    assertThat(parse().credentials(Map.of())).isEmpty();
    assertThat(parse().credentials(Map.of("MILLRACE_API_KEY", "k")).orElseThrow().toString())
        .contains("x-api-key");
    assertThat(parse("--api-key-file", "f").credentials(Map.of()).orElseThrow().toString())
        .contains("x-api-key");
    assertThat(parse("--token-file", "f").credentials(Map.of()).orElseThrow().toString())
        .contains("authorization");
    assertThatThrownBy(
            () -> parse("--token-file", "f").credentials(Map.of("MILLRACE_API_KEY", "k")))
        .hasMessageContaining("give one");
  }

  private static SecurityOptions parse(String... arguments) {
    SecurityOptions options = new SecurityOptions();
    CommandLine line = new CommandLine(new Nothing());
    line.addMixin("security", options);
    line.parseArgs(arguments);
    return options;
  }

  @Command
  private static final class Nothing {}
}
