package dev.millrace.server.gateway.v1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The OpenAPI 3 document: the paths, parameters and messages of the API by its descriptors, in the
 * words of its comments; and, from a file, those few routes that no .proto has.
 */
final class OpenApiDocument {
  private static final String BASE = "/dev/millrace/server/gateway/v1/openapi-base.json";
  private static final String JSON = "application/json";

  private final ProtoComments comments;
  private final OpenApiSchemas schemas;
  private final Map<String, Integer> operations = new HashMap<>();

  private OpenApiDocument(ProtoComments comments) {
    this.comments = comments;
    this.schemas = new OpenApiSchemas(comments);
  }

  /** The document as JSON. */
  static byte[] write(List<NativeRoute> routes, ProtoComments comments) {
    ObjectMapper mapper = new ObjectMapper();
    try (InputStream base = OpenApiDocument.class.getResourceAsStream(BASE)) {
      ObjectNode document = (ObjectNode) mapper.readTree(base);
      new OpenApiDocument(comments).addTo(document, routes);
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void addTo(ObjectNode document, List<NativeRoute> routes) {
    ObjectNode paths = (ObjectNode) document.get("paths");
    ArrayNode tags = (ArrayNode) document.get("tags");
    NativeApi.SERVICES.forEach(
        service -> {
          ObjectNode tag = tags.addObject();
          tag.put("name", shortName(service.getName()));
          tag.put("description", comments.of(service.getName()));
        });
    for (NativeRoute route : routes) {
      List<String> names = route.path().starNames();
      ObjectNode operation =
          paths
              .withObjectProperty(route.path().openApi(names))
              .putObject(route.verb().name().toLowerCase(Locale.ROOT));
      describe(operation, route.method());
      ArrayNode parameters = operation.putArray("parameters");
      names.forEach(name -> addPathParameter(parameters, name));
      if (route.wholeBody()) {
        addBody(operation, route.method());
      } else {
        addQuery(parameters, route);
      }
      addResponses(operation, route);
    }
    schemas.reference(Status.getDescriptor());
    JsonNode known = document.get("components").get("schemas");
    ((ObjectNode) known).setAll(schemas.all());
  }

  private void describe(ObjectNode operation, MethodDescriptor method) {
    String service = method.getService().getName();
    int count = operations.merge(method.getFullName(), 1, Integer::sum);
    operation.putArray("tags").add(service);
    operation.put(
        "operationId", service + "_" + method.getName() + (count == 1 ? "" : "_" + count));
    String comment = comments.of(method.getFullName());
    int end = comment.indexOf(". ");
    int line = comment.indexOf(".\n");
    int cut = end < 0 ? line : line < 0 ? end : Math.min(end, line);
    String summary = cut < 0 ? comment : comment.substring(0, cut + 1);
    operation.put("summary", summary.replace('\n', ' '));
    operation.put("description", comment);
  }

  private static void addPathParameter(ArrayNode parameters, String name) {
    ObjectNode parameter = parameters.addObject();
    parameter.put("name", name).put("in", "path").put("required", true);
    parameter.putObject("schema").put("type", "string");
  }

  /** Scalars of the request that are not in the path. */
  private void addQuery(ArrayNode parameters, NativeRoute route) {
    for (FieldDescriptor field : route.method().getInputType().getFields()) {
      boolean inPath =
          route.path().toString().contains("{" + field.getName() + "=")
              || route.path().toString().contains("{" + field.getName() + "}");
      if (!inPath && isQuery(field)) {
        ObjectNode parameter = parameters.addObject();
        parameter.put("name", field.getJsonName()).put("in", "query");
        ObjectNode schema = schemas.property(field);
        if (schema.has("description")) {
          parameter.put("description", schema.get("description").asText());
        }
        parameter.set("schema", schema);
      }
    }
  }

  private static boolean isQuery(FieldDescriptor field) {
    return field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
        || field.getMessageType().equals(Timestamp.getDescriptor());
  }

  private void addBody(ObjectNode operation, MethodDescriptor method) {
    ObjectNode content = operation.putObject("requestBody").putObject("content");
    content.putObject(JSON).set("schema", schemas.reference(method.getInputType()));
    binary(content);
  }

  private void addResponses(ObjectNode operation, NativeRoute route) {
    ObjectNode responses = operation.putObject("responses");
    ObjectNode ok = responses.putObject("200");
    ObjectNode answer = schemas.reference(route.method().getOutputType());
    ObjectNode content = ok.putObject("content");
    if (route.isStream()) {
      ok.put(
          "description",
          "Server-sent events, each with a message as its data; then the event `end`, or `error`.");
      content.putObject("text/event-stream").set("schema", answer);
    } else {
      String comment = comments.of(route.method().getOutputType().getFullName());
      ok.put("description", comment.isEmpty() ? "The answer." : comment);
      content.putObject(JSON).set("schema", answer);
      binary(content);
    }
    responses.putObject("default").put("$ref", "#/components/responses/Error");
  }

  private static void binary(ObjectNode content) {
    content
        .putObject("application/x-protobuf")
        .putObject("schema")
        .put("type", "string")
        .put("format", "binary");
  }

  private static String shortName(String service) {
    return service.substring(service.lastIndexOf('.') + 1);
  }
}
