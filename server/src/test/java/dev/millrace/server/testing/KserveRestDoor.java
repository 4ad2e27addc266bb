package dev.millrace.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.SettableFuture;
import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The Open Inference Protocol by HTTP, with tensors as bytes, or as JSON where it has them. */
public record KserveRestDoor(RestClient client, boolean binary) implements Door {
  private static final String LENGTH = "Inference-Header-Content-Length";

  @Override
  public Wire wire() {
    return binary ? Wire.KSERVE : Wire.KSERVE_JSON;
  }

  @Override
  public boolean isHttp() {
    return true;
  }

  @Override
  public ListenableFuture<PredictResponse> predict(PredictRequest request, CallOptions options) {
    ModelInferRequest message = KserveDoor.encode(request, false);
    CompletableFuture<HttpResponse<byte[]>> sent = send(request, message, options, binary);
    return settable(sent, request, message, options);
  }

  private ListenableFuture<PredictResponse> settable(
      CompletableFuture<HttpResponse<byte[]>> sent,
      PredictRequest request,
      ModelInferRequest message,
      CallOptions options) {
    SettableFuture<PredictResponse> future = SettableFuture.create();
    sent.whenComplete(
        (response, failure) -> {
          try {
            if (failure != null) {
              throw failure;
            }
            String text = new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
            boolean notInJson =
                text.contains("via JSON is not supported")
                    || text.contains("Failed to write JSON")
                    || (!binary && text.contains("\ufffd"));
            if (notInJson && response.headers().firstValue(LENGTH).isEmpty()) {
              future.set(decode(RestClient.orThrow(send(request, message, options, true).join())));
            } else {
              future.set(decode(RestClient.orThrow(response)));
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

  private CompletableFuture<HttpResponse<byte[]>> send(
      PredictRequest request, ModelInferRequest message, CallOptions options, boolean bytes) {
    ByteArrayOutputStream tail = new ByteArrayOutputStream();
    byte[] header =
        document(request, message, bytes, tail)
            .toString()
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] body = Arrays.copyOf(header, header.length + tail.size());
    System.arraycopy(tail.toByteArray(), 0, body, header.length, tail.size());
    String path =
        "/v2/models/"
            + message.getModelName()
            + (message.getModelVersion().isEmpty() ? "" : "/versions/" + message.getModelVersion())
            + "/infer";
    return client.send(
        "POST",
        path,
        body,
        options,
        LENGTH,
        Integer.toString(header.length),
        "Content-Type",
        "application/octet-stream");
  }

  private ObjectNode document(
      PredictRequest request,
      ModelInferRequest message,
      boolean bytes,
      ByteArrayOutputStream tail) {
    ObjectNode document = RestClient.JSON.createObjectNode().put("id", message.getId());
    ObjectNode parameters = document.putObject("parameters");
    parameters.put("binary_data_output", bytes);
    message.getParametersMap().forEach((key, value) -> parameters.put(key, value.getStringParam()));
    ArrayNode inputs = document.putArray("inputs");
    for (int i = 0; i < message.getInputsCount(); i++) {
      ModelInferRequest.InferInputTensor input = message.getInputs(i);
      Tensor tensor = request.getInputsOrThrow(input.getName());
      ObjectNode node = inputs.addObject();
      node.put("name", input.getName()).put("datatype", input.getDatatype());
      ArrayNode shape = node.putArray("shape");
      input.getShapeList().forEach(shape::add);
      if (binary || !JsonValues.has(tensor.getDtype()) || !JsonValues.isText(tensor)) {
        ByteString raw = message.getRawInputContents(i);
        node.putObject("parameters").put("binary_data_size", raw.size());
        tail.writeBytes(raw.toByteArray());
      } else {
        node.putRawValue(
            "data",
            new com.fasterxml.jackson.databind.util.RawValue(
                JsonValues.elements(tensor, false).toString()));
      }
    }
    if (message.getOutputsCount() > 0) {
      ArrayNode outputs = document.putArray("outputs");
      message.getOutputsList().forEach(output -> outputs.addObject().put("name", output.getName()));
    }
    return document;
  }

  private static PredictResponse decode(HttpResponse<byte[]> response) {
    byte[] body = response.body();
    int header = response.headers().firstValue(LENGTH).map(Integer::parseInt).orElse(body.length);
    JsonNode document = RestClient.json(Arrays.copyOf(body, header));
    ModelInferResponse.Builder message =
        ModelInferResponse.newBuilder()
            .setModelName(document.get("model_name").asText())
            .setModelVersion(document.get("model_version").asText())
            .setId(document.get("id").asText());
    int at = header;
    PredictResponse.Builder numbers = PredictResponse.newBuilder();
    for (JsonNode output : document.get("outputs")) {
      List<Long> shape = new ArrayList<>();
      output.get("shape").forEach(size -> shape.add(size.asLong()));
      if (output.has("data")) {
        DataType dtype = KserveDoor.dtype(output.get("datatype").asText());
        numbers.putOutputs(
            output.get("name").asText(), JsonValues.tensor(dtype, shape, output.get("data")));
        continue;
      }
      int size = output.get("parameters").get("binary_data_size").asInt();
      message
          .addRawOutputContents(ByteString.copyFrom(body, at, size))
          .addOutputsBuilder()
          .setName(output.get("name").asText())
          .setDatatype(output.get("datatype").asText())
          .addAllShape(shape);
      at += size;
    }
    if (at != body.length) {
      throw new AssertionError("the body has " + (body.length - at) + " bytes more");
    }
    return KserveDoor.decode(message.build()).toBuilder()
        .putAllOutputs(numbers.getOutputsMap())
        .build();
  }

  @Override
  public String toString() {
    return "kserve http " + (binary ? "binary" : "json");
  }
}
