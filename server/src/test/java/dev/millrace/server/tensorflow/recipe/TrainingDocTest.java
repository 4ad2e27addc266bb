package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
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

  @Test
  void page_configurations_areThoseThatTheExperimentsTry() throws IOException {
    List<ExperimentTable.Row> rows = new ExperimentTable(PAGE).rows();
    for (ExperimentTable.Row row : rows) {
      assertThat(Experiments.ALL)
          .filteredOn(one -> one.name().equals(row.name()))
          .singleElement()
          .satisfies(one -> assertThat(one.words()).isEqualTo(row.parameters()));
    }
    assertThat(rows).isNotEmpty();
  }

  @Test
  void page_bestConfiguration_isTheShippedOneByValidationAlone() throws IOException {
    ExperimentTable.Row best =
        new ExperimentTable(PAGE)
            .rows().stream()
                .max(Comparator.comparingDouble(row -> number(row.validation())))
                .orElseThrow();
    Experiments.Configuration shipped =
        Experiments.ALL.stream()
            .filter(one -> one.parameters().equals(MnistCnnBest.DEFAULTS))
            .findFirst()
            .orElseThrow();
    assertThat(best.name()).isEqualTo(shipped.name());
  }

  private static double number(String cell) {
    return Double.parseDouble(cell.substring(0, cell.indexOf(' ')));
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
