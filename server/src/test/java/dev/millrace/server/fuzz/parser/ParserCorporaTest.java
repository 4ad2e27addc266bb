package dev.millrace.server.fuzz.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays what the fuzzer kept: a target that ever failed does not fail again. */
final class ParserCorporaTest {
  private static final Path CORPORA = Path.of("src/test/corpora");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static Stream<String> parsers() {
    return Parsers.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("parsers")
  void parser_everythingThatWasKept_isTakenOrRefused(String name) throws IOException {
    Consumer<byte[]> parser = Parsers.all().get(name);
    List<Path> inputs = files(CORPORA.resolve(name));
    assertThat(inputs).as("the corpus of %s", name).hasSizeGreaterThan(2);
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          for (Path input : inputs) {
            try {
              parser.accept(Files.readAllBytes(input));
            } catch (RuntimeException | Error found) {
              throw new AssertionError("finding: " + input.getFileName(), found);
            }
          }
        });
  }

  @Test
  void corpora_belongToParsers_all() throws IOException {
    assertThat(files(CORPORA))
        .extracting(folder -> folder.getFileName().toString())
        .containsExactlyInAnyOrderElementsOf(Parsers.all().keySet());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
