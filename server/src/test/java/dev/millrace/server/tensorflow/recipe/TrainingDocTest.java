package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/**
 * Keeps docs/training.md what the recipes say; -Dmillrace.updateDocs=true writes its parameters
 * anew.
 */
final class TrainingDocTest {
  private static final Path PAGE = Path.of("..", "docs", "training.md");
  private static final String BEGIN = "<!-- parameters: begin -->\n";
  private static final String END = "<!-- parameters: end -->";

  @Test
  void page_parameters_areThoseOfTheRecipes() throws IOException {
    String text = Files.readString(PAGE);
    String expected =
        text.substring(0, text.indexOf(BEGIN) + BEGIN.length())
            + parameters()
            + text.substring(text.indexOf(END));
    if (Boolean.getBoolean("millrace.updateDocs")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(expected);
  }

  private static String parameters() {
    RecipeDescription plain = new MnistCnn().description();
    SortedMap<String, String> best = new MnistCnnBest().description().resolve(Map.of());
    StringBuilder table =
        new StringBuilder(
            """
            | parameter | range | `mnist-cnn` | `mnist-cnn-best` | what |
            |---|---|---|---|---|
            """);
    for (ParameterSpec one : plain.parameters()) {
      table
          .append("| `")
          .append(one.name())
          .append("` | ")
          .append(
              String.join(
                  " | ",
                  one.range(),
                  one.defaultValue(),
                  best.getOrDefault(one.name(), ""),
                  one.help()))
          .append(" |\n");
    }
    return table.toString();
  }
}
