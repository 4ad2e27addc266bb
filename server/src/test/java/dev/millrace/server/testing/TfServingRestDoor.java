package dev.millrace.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.SettableFuture;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** TensorFlow Serving's REST API, by columns, or by rows where all inputs have as many. */
public record TfServingRestDoor(RestClient client, boolean rows) implements Door {
  @Override
  public Wire wire() {
    return Wire.TENSORFLOW_SERVING_REST;
  }

  @Override
  public boolean isHttp() {
    return true;
  }

  @Override
  public boolean carries(Tensor tensor) {
    return JsonValues.isWhole(tensor);
  }

  @Override
  public ListenableFuture<PredictResponse> predict(PredictRequest request, CallOptions options) {
    String path = path(request.getModel());
    boolean byRows = rows && isByRows(request);
    String body =
        "{"
            + (request.getSignature().isEmpty()
                ? ""
                : "\"signature_name\":\"" + request.getSignature() + "\",")
            + (byRows ? "\"instances\":" + instances(request) : "\"inputs\":" + inputs(request))
            + "}";
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.send("POST", path + ":predict", body.getBytes(StandardCharsets.UTF_8), options);
    SettableFuture<PredictResponse> future = SettableFuture.create();
    sent.whenComplete(
        (response, failure) -> {
          try {
            if (failure != null) {
              throw failure;
            }
            String text = new String(response.body(), StandardCharsets.UTF_8);
            if (byRows
                && (text.contains("no shape information") || text.contains("inconsistent batch"))) {
              // Such outputs have no rows.
              future.setFuture(new TfServingRestDoor(client, false).predict(request, options));
            } else {
              future.set(decode(request, path, RestClient.orThrow(response)));
            }
          } catch (Throwable error) {
            future.setException(error instanceof CompletionException ? error.getCause() : error);
          }
        });
    future.addListener(
        () -> {
          if (future.isCancelled()) {
            sent.cancel(true);
          }
        },
        Runnable::run);
    return future;
  }

  private static String path(String model) {
    ModelReference reference = ModelReference.parse(model);
    String path = "/v1/models/" + reference.model().id();
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      return path + "/versions/" + exact.number();
    }
    return reference.choice() instanceof VersionChoice.Labelled labelled
        ? path + "/labels/" + labelled.label()
        : path;
  }

  private static boolean isByRows(PredictRequest request) {
    Set<Long> counts = new HashSet<>();
    for (Tensor tensor : request.getInputsMap().values()) {
      counts.add(tensor.getShapeCount() == 0 ? -1 : tensor.getShape(0));
    }
    return counts.size() == 1 && counts.iterator().next() > 0;
  }

  private static String inputs(PredictRequest request) {
    List<String> fields = new ArrayList<>();
    request
        .getInputsMap()
        .forEach((name, tensor) -> fields.add("\"" + name + "\":" + JsonValues.nested(tensor)));
    return "{" + String.join(",", fields) + "}";
  }

  private static String instances(PredictRequest request) {
    List<String> rows = new ArrayList<>();
    Map<String, JsonNode> columns = new TreeMap<>();
    request
        .getInputsMap()
        .forEach(
            (name, tensor) ->
                columns.put(
                    name,
                    RestClient.json(JsonValues.nested(tensor).getBytes(StandardCharsets.UTF_8))));
    int count = columns.values().iterator().next().size();
    for (int row = 0; row < count; row++) {
      List<String> fields = new ArrayList<>();
      for (Map.Entry<String, JsonNode> column : columns.entrySet()) {
        fields.add("\"" + column.getKey() + "\":" + plain(column.getValue().get(row)));
      }
      rows.add("{" + String.join(",", fields) + "}");
    }
    return rows.toString();
  }

  /** The library would quote NaN. */
  private static String plain(JsonNode node) {
    return node.toString().replaceAll("\"(NaN|-?Infinity)\"", "$1");
  }

  /** The answer has no types: they are in the metadata. */
  private PredictResponse decode(
      PredictRequest request, String path, HttpResponse<byte[]> response) {
    String name = request.getSignature().isEmpty() ? "serving_default" : request.getSignature();
    JsonNode types =
        RestClient.json(client.get(path + "/metadata"))
            .get("metadata")
            .get("signature_def")
            .get("signature_def")
            .get(name)
            .get("outputs");
    JsonNode document = RestClient.json(response);
    JsonNode values = document.has("outputs") ? document.get("outputs") : null;
    PredictResponse.Builder answer =
        PredictResponse.newBuilder()
            .setModel(response.headers().firstValue("millrace-model").orElse(""))
            .setSignature(name);
    types
        .properties()
        .forEach(
            entry -> {
              JsonNode value =
                  values == null
                      ? column(document.get("predictions"), entry.getKey(), types.size() > 1)
                      : types.size() > 1 ? values.get(entry.getKey()) : values;
              DataType dtype = dtype(entry.getValue().get("dtype").asText());
              answer.putOutputs(
                  entry.getKey(), JsonValues.tensor(dtype, JsonValues.shape(value), value));
            });
    return answer.build();
  }

  private static JsonNode column(JsonNode predictions, String name, boolean named) {
    var column = RestClient.JSON.createArrayNode();
    predictions.forEach(row -> column.add(named ? row.get(name) : row));
    return column;
  }

  private static DataType dtype(String name) {
    return switch (name) {
      case "DT_FLOAT" -> DataType.DATA_TYPE_FLOAT32;
      case "DT_DOUBLE" -> DataType.DATA_TYPE_FLOAT64;
      case "DT_HALF" -> DataType.DATA_TYPE_FLOAT16;
      default -> DataType.valueOf(name.replace("DT_", "DATA_TYPE_"));
    };
  }

  @Override
  public String toString() {
    return "tfserving http by " + (rows ? "rows" : "columns");
  }
}
