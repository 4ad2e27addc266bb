package dev.millrace.server.boot.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.server.model.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;

/** Reads a flat YAML file of options. */
final class YamlFile {
  private static final long LARGEST = 1 << 20;

  private YamlFile() {}

  static Map<ServeOption, String> read(Path file) {
    String name = "configuration file " + file;
    JsonNode root;
    try {
      if (Files.size(file) > LARGEST) {
        throw new ConfigurationException(name + " is larger than 1 MiB");
      }
      root =
          YAMLMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(Files.readString(file));
    } catch (JsonProcessingException malformed) {
      throw new ConfigurationException(name + " is no YAML: " + malformed.getOriginalMessage());
    } catch (IOException unreadable) {
      throw new ConfigurationException(name + " cannot be read");
    }
    Map<ServeOption, String> values = new EnumMap<>(ServeOption.class);
    if (root.isMissingNode() || root.isNull()) {
      return values;
    }
    if (!root.isObject()) {
      throw new ConfigurationException(name + " must be lines of 'key: value'");
    }
    for (Iterator<Map.Entry<String, JsonNode>> fields = root.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      ServeOption option =
          ServeOption.ofKey(field.getKey())
              .orElseThrow(
                  () ->
                      new ConfigurationException(
                          "unknown key '"
                              + field.getKey()
                              + "' in "
                              + name
                              + "; did you mean '"
                              + NearestName.of(field.getKey(), ServeOption.keys())
                              + "'?"));
      if (!field.getValue().isValueNode()) {
        throw new ConfigurationException(
            "key '" + field.getKey() + "' in " + name + " must have a single value");
      }
      values.put(option, text(option, field.getValue()));
    }
    return values;
  }

  /** In YAML, {@code off} is a word for false. */
  private static String text(ServeOption option, JsonNode value) {
    boolean word = value.isBoolean() && option.kind() != OptionKind.FLAG;
    return word && !value.asBoolean() ? "off" : value.asText();
  }
}
