package dev.millrace.server.dataset;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Comma- or tab-separated values with the columns that a layout names, checked line by line (RFC
 * 4180 but for the line ends, which may be those of any system).
 *
 * @param rows the examples, in the file's order
 */
record TextTable(List<Row> rows) {
  /** Most lines of a file. */
  static final int MAX_ROWS = 2_000_000;

  /** Most characters of a text. */
  static final int LONGEST_TEXT = 100_000;

  /** Most characters of a label, and of a value of another column. */
  static final int LONGEST_LABEL = 200;

  // Stands for quoting that is turned off: no text that is let in has it.
  private static final char NEVER = '\u0000';

  /**
   * An example.
   *
   * @param line where it begins in its file, from 1
   * @param columns values of further columns, by name
   */
  record Row(long line, String text, String label, Map<String, String> columns) {}

  /**
   * Reads a table.
   *
   * @param file its name, whose end tells what stands between values
   * @throws ServingException DATASET_INVALID, with the line at fault
   */
  static TextTable read(String file, String text, TextLayout layout, DatasetFaults faults) {
    return new TextTable(new Parser(file, layout, faults).parse(text));
  }

  private static final class Parser {
    private final String file;
    private final TextLayout layout;
    private final DatasetFaults faults;
    private long next = 1;

    Parser(String file, TextLayout layout, DatasetFaults faults) {
      this.file = file;
      this.layout = layout;
      this.faults = faults;
    }

    List<Row> parse(String text) {
      if (text.indexOf(NEVER) >= 0) {
        throw faults.invalid(file, "has a NUL character");
      }
      List<Row> rows = new ArrayList<>();
      try (CsvReader<CsvRecord> records = reader().ofCsvRecord(text)) {
        Columns columns = null;
        for (CsvRecord each : records) {
          next = each.getStartingLineNumber();
          if (columns == null) {
            columns = Columns.of(each.getFields(), layout, file, faults);
            if (layout.header()) {
              next++;
              continue;
            }
          }
          rows.add(row(each, columns));
          if (rows.size() > MAX_ROWS) {
            throw faults.invalid(file, "has more than " + MAX_ROWS + " examples, the most");
          }
        }
      } catch (CsvParseException malformed) {
        throw faults
            .invalid(
                file,
                "has a value with a quote amiss, or another number of values than the first line, near"
                    + " line "
                    + next
                    + "; quotes within a quoted value are doubled, and 'quotes: false'"
                    + " in "
                    + TextLayout.FILE
                    + " turns quoting off")
            .causedBy(malformed);
      } catch (IOException impossible) {
        throw faults.invalid(file, "cannot be read").causedBy(impossible);
      }
      requireClosedQuotes(text);
      return rows;
    }

    /** A quote that is never closed would otherwise make one text of all the rest. */
    private void requireClosedQuotes(String text) {
      if (layout.quotes() && text.chars().filter(c -> c == '"').count() % 2 != 0) {
        throw faults.invalid(file, "has a quote that is never closed; see line " + next);
      }
    }

    private CsvReader.CsvReaderBuilder reader() {
      return CsvReader.builder()
          .fieldSeparator(DatasetFile.plainName(file).endsWith(".tsv") ? '\t' : ',')
          .quoteCharacter(layout.quotes() ? '"' : NEVER)
          .commentStrategy(CommentStrategy.NONE)
          .skipEmptyLines(true)
          .allowExtraFields(false)
          .allowMissingFields(false)
          .allowExtraCharsAfterClosingQuote(false)
          .maxBufferSize(TextFile.MAX_BYTES);
    }

    private Row row(CsvRecord each, Columns columns) {
      String text = each.getField(columns.text());
      if (text.isBlank()) {
        throw fault("has no text");
      }
      if (text.length() > LONGEST_TEXT) {
        throw fault("has a text of more than " + LONGEST_TEXT + " characters");
      }
      Map<String, String> others = new TreeMap<>();
      columns.others().forEach((name, index) -> others.put(name, label(each.getField(index))));
      String label = label(each.getField(columns.label()));
      if (label.isBlank()) {
        throw fault("has no label");
      }
      for (String value : each.getFields()) {
        next += value.chars().filter(c -> c == '\n').count();
      }
      next++;
      return new Row(each.getStartingLineNumber(), text, label, others);
    }

    private String label(String value) {
      if (value.length() > LONGEST_LABEL) {
        throw fault("has a label or slice of more than " + LONGEST_LABEL + " characters");
      }
      return value.strip();
    }

    private ServingException fault(String what) {
      return faults.invalid(file, "line " + next + " " + what);
    }
  }

  /** Where the columns of a layout stand, from 0. */
  private record Columns(int text, int label, Map<String, Integer> others) {
    static Columns of(List<String> first, TextLayout layout, String file, DatasetFaults faults) {
      Map<String, Integer> others = new TreeMap<>();
      layout
          .slices()
          .forEach(slice -> others.put(slice, index(slice, first, layout, file, faults)));
      return new Columns(
          index(layout.text(), first, layout, file, faults),
          index(layout.label(), first, layout, file, faults),
          others);
    }

    private static int index(
        String column, List<String> first, TextLayout layout, String file, DatasetFaults faults) {
      if (layout.header() && first.contains(column)) {
        if (first.indexOf(column) != first.lastIndexOf(column)) {
          throw faults.invalid(file, "has two columns '" + FieldPath.shown(column) + "'");
        }
        return first.indexOf(column);
      }
      if (column.matches("[0-9]{1,9}")) {
        int number = Integer.parseInt(column);
        if (number >= 1 && number <= first.size()) {
          return number - 1;
        }
      }
      throw faults.invalid(
          file,
          "has no column '"
              + FieldPath.shown(column)
              + "'; it has "
              + (layout.header()
                  ? String.join(", ", first.stream().limit(50).map(FieldPath::shown).toList())
                  : first.size() + ", which are named by number, from 1")
              + "; '"
              + TextLayout.FILE
              + "' beside it says which columns are 'text' and 'label'");
    }
  }
}
