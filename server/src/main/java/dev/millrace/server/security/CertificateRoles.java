package dev.millrace.server.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.server.model.Caller;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.security.permission.Grants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which client certificates are whose: a YAML file with a line for each name, such as {@code
 * "URI:spiffe://example.org/alice": [predictor:team-a-*]}. Immutable.
 */
public final class CertificateRoles {
  private static final long LARGEST = 1 << 20;

  private final Map<String, Caller> callers;

  private CertificateRoles(Map<String, Caller> callers) {
    this.callers = Map.copyOf(callers);
  }

  /**
   * Reads the file.
   *
   * @throws IOException with what is wrong with it, and none of its content but the name at fault
   */
  public static CertificateRoles read(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("the file of certificate-roles is larger than 1 MiB");
    }
    JsonNode root;
    try {
      root =
          YAMLMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(Files.readString(file));
    } catch (JsonProcessingException malformed) {
      throw new IOException(
          "the file of certificate-roles is no YAML: " + malformed.getOriginalMessage());
    }
    Map<String, Caller> callers = new HashMap<>();
    for (Iterator<Map.Entry<String, JsonNode>> fields = root.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      callers.put(field.getKey(), caller(field.getKey(), field.getValue()));
    }
    if (callers.isEmpty()) {
      throw new IOException(
          "the file of certificate-roles names nobody; write lines as \"CN=alice\": [viewer]");
    }
    return new CertificateRoles(callers);
  }

  private static Caller caller(String name, JsonNode roles) throws IOException {
    List<Grant> grants = new ArrayList<>();
    for (JsonNode role : roles) {
      grants.add(
          Grant.parse(role.asText())
              .orElseThrow(
                  () ->
                      new IOException(
                          "certificate-roles: '"
                              + name
                              + "' has no role"
                              + " that is one; write as predictor:team-a-*")));
    }
    if (grants.isEmpty()) {
      throw new IOException("certificate-roles: '" + name + "' needs a list of roles");
    }
    return new Caller("cert:" + name, new Grants(grants));
  }

  /** The caller of the first name that has roles. */
  Optional<Caller> find(List<String> names) {
    for (String name : names) {
      Caller caller = callers.get(name);
      if (caller != null) {
        return Optional.of(caller);
      }
    }
    return Optional.empty();
  }
}
