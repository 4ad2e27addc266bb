package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Command;
import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.ServedModels;
import dev.millrace.server.testing.SmallModels;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of docs/http.md with curl; three dots stand for anything. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class HttpDocTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("```sh\\n(curl .*?)\\n```\\n```text\\n(.*?)\\n```", Pattern.DOTALL);

  private Path folder;
  private MillraceServer server;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    Command.assumeInstalled("curl");
    folder = temporary;
    SmallModels.pictures(folder.resolve("models/mnist/1"));
    SmallModels.doubling(folder.resolve("models/doubling/1"));
    Files.write(folder.resolve("digit.png"), Digits.ofTestSet().png(0));
    server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY, folder.resolve("models").toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.SCAN_INTERVAL, "50ms",
                    ServeOption.CHECK_MODELS, "inspect",
                    ServeOption.PORT, "0",
                    ServeOption.HTTP_PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    ServedModels.await(channel, 2);
    channel.shutdownNow();
    server.awaitReady();
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void examples_ofThePage_answerAsItSays() throws Exception {
    Matcher example = EXAMPLE.matcher(Files.readString(Path.of("..", "docs", "http.md")));
    List<String> tried = new ArrayList<>();
    while (example.find()) {
      String curl =
          example.group(1).replace("localhost:8501", "localhost:" + server.httpPort().getAsInt());
      Command command = Command.run(folder, List.of("bash", "-c", curl));
      assertThat(command.out().strip()).as(curl + command.err()).matches(pattern(example.group(2)));
      tried.add(curl);
    }
    assertThat(tried).hasSizeGreaterThan(6);
  }

  private static Pattern pattern(String expected) {
    return Pattern.compile(
        Arrays.stream(expected.split("\\.\\.\\.", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")),
        Pattern.DOTALL);
  }
}
