package dev.millrace.server.dataset;

import dev.millrace.server.dataset.DatasetFiles.KnownDigest;
import dev.millrace.server.model.FieldPath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes a dataset of one file of comma- or tab-separated values, which is split, or of files whose
 * names begin with {@code train}, {@code validation} and {@code test}.
 */
final class TextDatasetReader {
  /** Most labels. */
  static final int MOST_CLASSES = 1000;

  private static final List<String> ENDS = List.of(".csv", ".tsv");

  private final String name;
  private final DatasetFolder folder;
  private final DatasetFaults faults;
  private final TreeMap<String, String> digests = new TreeMap<>();

  TextDatasetReader(String name, DatasetFolder folder, DatasetFaults faults) {
    this.name = name;
    this.folder = folder;
    this.faults = faults;
  }

  /** True for a folder that is meant to hold texts. */
  static boolean isMeant(DatasetFolder folder) {
    return folder.names().contains(TextLayout.FILE) || !tables(folder).isEmpty();
  }

  private static List<String> tables(DatasetFolder folder) {
    return folder.names().stream()
        .filter(file -> ENDS.stream().anyMatch(DatasetFile.plainName(file)::endsWith))
        .toList();
  }

  /**
   * Reads and checks everything.
   *
   * @throws dev.millrace.server.model.ServingException DATASET_INVALID
   */
  TextDataset read() {
    TextLayout layout =
        folder.names().contains(TextLayout.FILE)
            ? TextLayout.parse(content(TextLayout.FILE), faults)
            : TextLayout.DEFAULT;
    List<String> tables = tables(folder);
    Optional<String> train = part(tables, "train");
    Optional<String> validation = part(tables, "validation");
    Optional<String> test = part(tables, "test");
    if (train.isEmpty() && tables.size() != 1) {
      throw faults.invalid(
          "it needs one file of .csv or .tsv, or files whose names begin with 'train' and 'test';"
              + " it has "
              + tables.size());
    }
    List<TextTable.Row> rest = rows(train.orElseGet(() -> tables.get(0)), layout);
    List<TextTable.Row> tested;
    if (test.isPresent()) {
      tested = rows(test.get(), layout);
    } else {
      TextSplit.Parts parts = TextSplit.of(rest, layout.test(), layout.seed());
      rest = parts.kept();
      tested = parts.taken();
    }
    List<TextTable.Row> watched;
    if (validation.isPresent()) {
      watched = rows(validation.get(), layout);
    } else {
      TextSplit.Parts parts = TextSplit.of(rest, layout.validation(), layout.seed() + 1);
      rest = parts.kept();
      watched = parts.taken();
    }
    List<String> classes = classes(rest);
    return new TextDataset(
        name,
        digest(),
        classes,
        examples(rest, classes, layout, "training"),
        examples(watched, classes, layout, "validation"),
        examples(tested, classes, layout, "test"));
  }

  private Optional<String> part(List<String> tables, String part) {
    List<String> found = tables.stream().filter(file -> file.startsWith(part)).toList();
    if (found.size() > 1) {
      throw faults.invalid("more than one file begins with '" + part + "'");
    }
    return found.stream().findFirst();
  }

  private List<TextTable.Row> rows(String file, TextLayout layout) {
    return TextTable.read(file, content(file), layout, faults).rows();
  }

  private String content(String file) {
    DatasetFile opened = folder.file(file);
    Optional<KnownDigest> known = folder.digest(opened);
    TextFile content = TextFile.read(opened, faults);
    known.ifPresent(
        digest -> {
          String found = digest.ofContent() ? content.contentDigest() : content.keptDigest();
          if (!found.equals(digest.sha256())) {
            throw faults.invalid(file, "has SHA-256 " + found + ", expected " + digest.sha256());
          }
        });
    digests.put(DatasetFile.plainName(file), content.contentDigest());
    return content.text();
  }

  private List<String> classes(List<TextTable.Row> rows) {
    Set<String> labels = new TreeSet<>();
    rows.forEach(row -> labels.add(row.label()));
    if (labels.size() < 2 || labels.size() > MOST_CLASSES) {
      throw faults.invalid(
          "it needs 2 to "
              + MOST_CLASSES
              + " labels in its training part, it has "
              + labels.size());
    }
    return List.copyOf(labels);
  }

  private LabelledTexts examples(
      List<TextTable.Row> rows, List<String> classes, TextLayout layout, String part) {
    if (rows.isEmpty()) {
      throw faults.invalid("its " + part + " part has no examples");
    }
    Map<String, Integer> byLabel = new TreeMap<>();
    classes.forEach(label -> byLabel.put(label, byLabel.size()));
    List<Integer> labels = new ArrayList<>(rows.size());
    Map<String, List<String>> columns = new TreeMap<>();
    layout.slices().forEach(slice -> columns.put(slice, new ArrayList<>()));
    for (TextTable.Row row : rows) {
      Integer label = byLabel.get(row.label());
      if (label == null) {
        throw faults.invalid(
            "line "
                + row.line()
                + " of its "
                + part
                + " part has the label '"
                + FieldPath.shown(row.label())
                + "', which no training example has");
      }
      labels.add(label);
      columns.forEach((column, values) -> values.add(row.columns().getOrDefault(column, "")));
    }
    return new LabelledTexts(rows.stream().map(TextTable.Row::text).toList(), labels, columns);
  }

  private String digest() {
    StringBuilder all = new StringBuilder();
    digests.forEach((file, sha256) -> all.append(sha256).append("  ").append(file).append('\n'));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(digest.digest(all.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
