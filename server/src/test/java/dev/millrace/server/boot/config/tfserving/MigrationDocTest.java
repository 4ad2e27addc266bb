package dev.millrace.server.boot.config.tfserving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.millrace.proto.tfserving.BatchingParameters;
import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.MonitoringConfig;
import dev.millrace.proto.tfserving.PrometheusConfig;
import dev.millrace.proto.tfserving.SSLConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Keeps docs/migrating-from-tensorflow-serving.md what the table of flags and the messages of the
 * files say; -Dmillrace.updateDocs=true writes the table anew.
 */
final class MigrationDocTest {
  private static final Path DOCUMENT =
      Path.of("..", "docs", "migrating-from-tensorflow-serving.md");
  private static final String HEAD = "| flag | here |\n|---|---|\n";

  @Test
  void document_comparedWithTheTableOfFlags_isUpToDate() throws IOException {
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf(HEAD) + HEAD.length();
    int end = text.indexOf("\n\n", begin) + 1;
    if (Boolean.getBoolean("millrace.updateDocs")) {
      text = text.substring(0, begin) + table() + text.substring(end);
      Files.writeString(DOCUMENT, text);
    }
    assertThat(text).contains(HEAD + table() + "\n");
  }

  @ParameterizedTest
  @MethodSource("fields")
  void document_everyFieldOfTheFiles_hasARow(FieldDescriptor field) throws IOException {
    assertThat(Files.readString(DOCUMENT)).contains("| `" + field.getName() + "` |");
  }

  static Stream<FieldDescriptor> fields() {
    return Stream.of(
            ModelConfig.getDescriptor(),
            BatchingParameters.getDescriptor(),
            MonitoringConfig.getDescriptor(),
            PrometheusConfig.getDescriptor(),
            SSLConfig.getDescriptor())
        .map(Descriptor::getFields)
        .flatMap(fields -> fields.stream());
  }

  private static String table() {
    StringBuilder table = new StringBuilder();
    for (TfServingFlag flag : TfServingFlag.values()) {
      table.append("| `").append(flag.option()).append("` | ");
      table.append(flag.hasEffect() ? "" : "**no effect**; ").append(flag.here()).append(" |\n");
    }
    return table.toString();
  }
}
