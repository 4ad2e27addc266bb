package dev.millrace.server.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.server.model.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * How the texts of a dataset lie in its files, as {@code dataset.yaml} tells it.
 *
 * @param text the column of the texts: its name, or its number from 1
 * @param label the column of the labels: its name, or its number from 1
 * @param slices columns by which accuracy is told apart
 * @param header true when the first line of each file names the columns
 * @param quotes true when values may be quoted as in RFC 4180
 * @param validation share of the training examples kept for validation where no file brings them
 * @param test share of all examples kept for the test where no file brings them
 * @param seed decides which examples these are
 */
record TextLayout(
    String text,
    String label,
    List<String> slices,
    boolean header,
    boolean quotes,
    double validation,
    double test,
    long seed) {
  static final String FILE = "dataset.yaml";
  static final TextLayout DEFAULT =
      new TextLayout("text", "label", List.of(), true, true, 0.1, 0.2, 42);

  private static final double LARGEST_SHARE = 0.5;
  private static final int MOST_SLICES = 20;
  private static final Set<String> KEYS =
      Set.of("text", "label", "slices", "header", "quotes", "validation", "test", "seed");

  TextLayout {
    slices = List.copyOf(slices);
  }

  /**
   * Reads the file.
   *
   * @throws dev.millrace.server.model.ServingException DATASET_INVALID, with the key at fault
   */
  static TextLayout parse(String yaml, DatasetFaults faults) {
    JsonNode root;
    try {
      root =
          YAMLMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(yaml);
    } catch (JsonProcessingException malformed) {
      throw faults.invalid(FILE, "is no YAML").causedBy(malformed);
    }
    if (root.isMissingNode() || root.isNull()) {
      return DEFAULT;
    }
    if (!root.isObject()) {
      throw faults.invalid(FILE, "must be lines of 'key: value'");
    }
    root.fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key)) {
                throw faults.invalid(
                    FILE,
                    "has an unknown key '"
                        + FieldPath.shown(key)
                        + "'; it may have "
                        + String.join(", ", new TreeSet<>(KEYS)));
              }
            });
    Reader reader = new Reader(root, faults);
    return new TextLayout(
        reader.column("text", DEFAULT.text()),
        reader.column("label", DEFAULT.label()),
        reader.columns("slices"),
        reader.flag("header", DEFAULT.header()),
        reader.flag("quotes", DEFAULT.quotes()),
        reader.share("validation", DEFAULT.validation()),
        reader.share("test", DEFAULT.test()),
        reader.seed());
  }

  private record Reader(JsonNode root, DatasetFaults faults) {
    String column(String key, String otherwise) {
      JsonNode value = root.path(key);
      return value.isMissingNode() ? otherwise : column(key, value);
    }

    private String column(String key, JsonNode value) {
      return require(
              key,
              value,
              node -> node.isTextual() || node.isInt(),
              "must be the name of a column, or its number from 1")
          .asText();
    }

    List<String> columns(String key) {
      List<String> columns = new ArrayList<>();
      JsonNode value = root.path(key);
      if (!value.isMissingNode()) {
        require(
            key,
            value,
            node -> node.isArray() && node.size() <= MOST_SLICES,
            "must be a list of at most " + MOST_SLICES + " columns");
        value.forEach(each -> columns.add(column(key, each)));
      }
      return columns;
    }

    boolean flag(String key, boolean otherwise) {
      JsonNode value = root.path(key);
      return value.isMissingNode()
          ? otherwise
          : require(key, value, JsonNode::isBoolean, "must be true or false").asBoolean();
    }

    double share(String key, double otherwise) {
      JsonNode value = root.path(key);
      return value.isMissingNode()
          ? otherwise
          : require(
                  key,
                  value,
                  node ->
                      node.isNumber() && node.asDouble() > 0 && node.asDouble() <= LARGEST_SHARE,
                  "must be a share above 0 to " + LARGEST_SHARE)
              .asDouble();
    }

    long seed() {
      JsonNode value = root.path("seed");
      return value.isMissingNode()
          ? DEFAULT.seed()
          : require("seed", value, JsonNode::canConvertToLong, "must be a whole number").asLong();
    }

    private JsonNode require(
        String key, JsonNode value, Predicate<JsonNode> rule, String otherwise) {
      if (!rule.test(value)) {
        throw faults.invalid(FILE, "key '" + key + "' " + otherwise);
      }
      return value;
    }
  }
}
