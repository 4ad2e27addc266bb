package dev.millrace.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A SavedModel that Python's TensorFlow made, with the answers that it gave there; written by
 * {@code src/test/models/make_models.py}.
 *
 * @param name its folder's name
 * @param tolerance relative and absolute, of floats; 0 where answers are equal bit for bit
 * @param calls in the order in which Python made them
 */
public record GoldenModel(String name, double tolerance, List<Call> calls) {
  private static final Path FOLDER = Path.of("src", "test", "resources", "models");
  private static final String GOLDEN = "golden.json";

  /**
   * One call.
   *
   * @param request what is asked of the model's first version
   * @param outputs the answer; of a random model only its form
   * @param random true when the answer differs from run to run
   */
  public record Call(PredictRequest request, Map<String, Tensor> outputs, boolean random) {}

  /** All names, in order. */
  public static List<String> names() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  /** The model of one name. */
  public static GoldenModel read(String name) throws IOException {
    JsonNode json = new ObjectMapper().readTree(FOLDER.resolve(name).resolve(GOLDEN).toFile());
    List<Call> calls = new ArrayList<>();
    for (JsonNode call : json.get("calls")) {
      Map<String, Tensor> outputs = tensors(call.get("outputs"));
      calls.add(
          new Call(
              PredictRequest.newBuilder()
                  .setModel(name)
                  .setSignature(call.get("signature").asText())
                  .putAllInputs(tensors(call.get("inputs")))
                  .addAllOutputs(outputs.keySet())
                  .build(),
              outputs,
              call.has("rule")));
    }
    return new GoldenModel(name, json.get("tolerance").asDouble(), List.copyOf(calls));
  }

  /** Copies the SavedModel of one name to a folder that does not exist yet. */
  public static void copy(String name, Path target) throws IOException {
    Path source = FOLDER.resolve(name);
    try (Stream<Path> walk = Files.walk(source)) {
      for (Path path : walk.toList()) {
        if (Files.isRegularFile(path) && !path.endsWith(GOLDEN)) {
          Path copy = target.resolve(source.relativize(path).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(path, copy);
        }
      }
    }
  }

  private static Map<String, Tensor> tensors(JsonNode json) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    json.properties().forEach(entry -> tensors.put(entry.getKey(), tensor(entry.getValue())));
    return tensors;
  }

  private static Tensor tensor(JsonNode json) {
    Tensor.Builder tensor =
        Tensor.newBuilder().setDtype(DataType.valueOf("DATA_TYPE_" + json.get("dtype").asText()));
    json.get("shape").forEach(size -> tensor.addShape(size.asLong()));
    if (json.has("strings")) {
      json.get("strings").forEach(string -> tensor.addStrings(string(string)));
    } else {
      tensor.setData(bytes(json.get("data").asText()));
    }
    return tensor.build();
  }

  private static ByteString string(JsonNode json) {
    if (json.isTextual()) {
      return bytes(json.asText());
    }
    byte[] piece = bytes(json.get("base64").asText()).toByteArray();
    byte[] whole = new byte[piece.length * json.get("times").asInt()];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = piece[i % piece.length];
    }
    return ByteString.copyFrom(whole);
  }

  private static ByteString bytes(String base64) {
    return ByteString.copyFrom(Base64.getDecoder().decode(base64));
  }
}
