package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the attacks of SECURITY.md and the tests that hold them off together. */
final class SecurityPageTest {
  private static final Path PAGE = Path.of("..", "SECURITY.md");
  private static final String BEGIN = "<!-- attacks: begin -->";
  private static final String END = "<!-- attacks: end -->";
  private static final int ATTACKS = 25;
  private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

  @Test
  void page_everyAttack_namesTestsThatExist() throws IOException {
    Map<String, String> sources = sources();
    List<String[]> rows = rows();
    assertThat(rows)
        .extracting(cells -> cells[0])
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, ATTACKS).mapToObj(Integer::toString).toList());
    for (String[] cells : rows) {
      Matcher test = TEST.matcher(cells[3]);
      int named = 0;
      while (test.find()) {
        assertThat(sources.getOrDefault(test.group(1) + ".java", ""))
            .as("row %s names %s", cells[0], test.group())
            .containsPattern("(void|ArchRule) " + test.group(2) + "\\b");
        named++;
      }
      assertThat(named).as("tests of row %s", cells[0]).isPositive();
      assertThat(cells[2]).as("what holds off row %s", cells[0]).isNotBlank();
    }
  }

  private static List<String[]> rows() throws IOException {
    String page = Files.readString(PAGE);
    String table = page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END)).strip();
    return Arrays.stream(table.split("\n"))
        .skip(2)
        .map(line -> line.substring(2, line.length() - 2).split(" \\| ", -1))
        .toList();
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    for (Path tests : List.of(Path.of("src/test/java"), Path.of("../client-sdk/src/test/java"))) {
      try (Stream<Path> files = Files.walk(tests)) {
        for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
          sources.put(file.getFileName().toString(), Files.readString(file));
        }
      }
    }
    return sources;
  }
}
