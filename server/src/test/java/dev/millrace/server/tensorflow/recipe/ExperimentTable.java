package dev.millrace.server.tensorflow.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The table of configurations in a page of the documentation, between its marks. */
final class ExperimentTable {
  private static final String BEGIN = "<!-- configurations: begin -->\n";
  private static final String END = "<!-- configurations: end -->";
  private static final String HEAD =
      """
      | configuration | parameters | validation | test | time | processor time |
      |---|---|---|---|---|---|
      """;

  private final Path page;

  /**
   * What one run gave, as the table tells it.
   *
   * @param validation accuracy on the validation split
   * @param test accuracy on the test split
   */
  record Row(
      String name,
      String parameters,
      String validation,
      String test,
      String time,
      String processorTime) {
    private static Row of(String line) {
      String[] cells = line.substring(2, line.length() - 2).split(" \\| ", -1);
      return new Row(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
    }

    private String line() {
      return "| "
          + String.join(" | ", name, parameters, validation, test, time, processorTime)
          + " |\n";
    }
  }

  ExperimentTable(Path page) {
    this.page = page;
  }

  /** Its rows, in their order. */
  List<Row> rows() throws IOException {
    String text = Files.readString(page);
    String table = text.substring(text.indexOf(BEGIN) + BEGIN.length(), text.indexOf(END));
    return Arrays.stream(table.split("\n")).skip(2).map(Row::of).toList();
  }

  /** Writes a row in place of an earlier one of its name; rows are kept in the order given. */
  void put(List<String> order, Row row) throws IOException {
    List<Row> known = new ArrayList<>(rows());
    known.removeIf(one -> one.name().equals(row.name()));
    known.add(row);
    StringBuilder table = new StringBuilder(HEAD);
    for (String name : order) {
      Optional<Row> found = known.stream().filter(one -> one.name().equals(name)).findFirst();
      found.ifPresent(one -> table.append(one.line()));
    }
    String text = Files.readString(page);
    Files.writeString(
        page,
        text.substring(0, text.indexOf(BEGIN) + BEGIN.length())
            + table
            + text.substring(text.indexOf(END)));
  }
}
