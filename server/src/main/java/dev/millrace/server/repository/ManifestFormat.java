package dev.millrace.server.repository;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Manifests as JSON. Thread-safe. */
public final class ManifestFormat {
  private static final long LARGEST = 16L << 20;

  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /** The manifest of a version's folder. */
  public Manifest read(Path versionDirectory) throws IOException {
    Path file = versionDirectory.resolve(Manifest.FILE_NAME);
    if (Files.size(file) > LARGEST) {
      throw new IOException("the manifest is larger than 16 MiB");
    }
    JsonNode tree = json.readTree(file.toFile());
    if (tree instanceof ObjectNode fields) {
      // Manifests of old do not have these.
      if (!fields.has("parent")) {
        fields.put("parent", 0);
      }
      if (!fields.has("importId")) {
        fields.put("importId", "");
      }
    }
    return json.treeToValue(tree, Manifest.class);
  }

  /** Writes the manifest into a version's folder. */
  public void write(Manifest manifest, Path versionDirectory) throws IOException {
    json.writeValue(versionDirectory.resolve(Manifest.FILE_NAME).toFile(), manifest);
  }
}
