package dev.millrace.client;

import dev.millrace.v1.ExplainRequest;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.PredictRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A model in one of its versions, asked without waiting. Every method returns at once; cancelling
 * what it returns cancels the call; failures are {@link MillraceException}. Thread-safe.
 */
public final class AsyncVersionHandle {
  private static final String DEFAULT_SIGNATURE = "serving_default";

  private final Channel channel;
  private final String name;
  private final String routingKey;
  private final String requestId;
  // The input of serving_default, asked for once.
  private final AtomicReference<@Nullable CompletableFuture<RowInput>> rowInput =
      new AtomicReference<>();

  private record RowInput(String name, long[] exampleShape) {}

  AsyncVersionHandle(Channel channel, String name, String routingKey, String requestId) {
    this.channel = channel;
    this.name = name;
    this.routingKey = routingKey;
    this.requestId = requestId;
  }

  /**
   * Runs a signature.
   *
   * @param inputs all of the signature's inputs by name
   */
  public CompletableFuture<Prediction> predict(String signature, Map<String, Tensor> inputs) {
    PredictRequest.Builder request =
        PredictRequest.newBuilder()
            .setModel(name)
            .setSignature(signature)
            .setRoutingKey(routingKey)
            .setRequestId(requestId);
    inputs.forEach((input, tensor) -> request.putInputs(input, Codec.encode(tensor)));
    return Channel.future(
            channel
                .timed(InferenceServiceGrpc.newFutureStub(channel.grpc()))
                .predict(request.build()))
        .thenApply(Codec::decode);
  }

  /** Runs {@code serving_default}. */
  public CompletableFuture<Prediction> predict(Map<String, Tensor> inputs) {
    return predict(DEFAULT_SIGNATURE, inputs);
  }

  /**
   * Runs {@code serving_default} on examples, one a row; the shape of an example is taken from the
   * signature, which must have one FLOAT32 input.
   */
  public CompletableFuture<Prediction> predict(float[][] rows) {
    return rowInput()
        .thenCompose(
            input -> predict(Map.of(input.name(), Tensor.ofRows(rows, input.exampleShape()))));
  }

  /**
   * Classifies examples, one a row; the signature must give {@code classes} and {@code
   * probabilities}.
   */
  public CompletableFuture<List<Classification>> classify(float[][] rows) {
    return predict(rows).thenApply(AsyncVersionHandle::classifications);
  }

  /** Classifies PNG or JPEG files by the signature {@code classify_image}. */
  public CompletableFuture<List<Classification>> classify(Path... files) {
    List<byte[]> encoded = new ArrayList<>();
    try {
      for (Path file : files) {
        encoded.add(Files.readAllBytes(file));
      }
    } catch (IOException unreadable) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("cannot read " + unreadable.getMessage(), unreadable));
    }
    return predict("classify_image", Map.of("encoded", Tensor.ofStrings(encoded, encoded.size())))
        .thenApply(AsyncVersionHandle::classifications);
  }

  /**
   * Explains the answer of {@code serving_default} to one example, in the best way that the version
   * can: by gradients, or by covering parts of a picture.
   *
   * @param inputs all of the signature's inputs by name, each with a first size of 1
   * @param targetClass the class to explain; empty for the one with the highest score
   */
  public CompletableFuture<Explanation> explain(
      Map<String, Tensor> inputs, OptionalInt targetClass) {
    ExplainRequest.Builder request = ExplainRequest.newBuilder().setModel(name);
    inputs.forEach((input, tensor) -> request.putInputs(input, Codec.encode(tensor)));
    targetClass.ifPresent(request::setTargetClass);
    return Channel.future(
            channel
                .timed(InferenceServiceGrpc.newFutureStub(channel.grpc()))
                .explain(request.build()))
        .thenApply(
            response ->
                new Explanation(
                    response.getModel(),
                    response.getTargetClass(),
                    response.getMethod().name().replace("EXPLAIN_METHOD_", ""),
                    Codec.decode(response.getAttributions()),
                    response.getScore(),
                    response.getBaselineScore(),
                    response.getCompletenessGap()));
  }

  /** The model with its versions, or with the one that this handle names. */
  public CompletableFuture<ModelInfo> status() {
    return Channel.future(
            channel
                .timed(ModelServiceGrpc.newFutureStub(channel.grpc()))
                .modelStatus(ModelStatusRequest.newBuilder().setModel(name).build()))
        .thenApply(response -> Codec.decode(response.getModel()));
  }

  private CompletableFuture<RowInput> rowInput() {
    CompletableFuture<RowInput> known = rowInput.get();
    if (known != null && !known.isCompletedExceptionally()) {
      return known;
    }
    CompletableFuture<RowInput> asked = status().thenApply(AsyncVersionHandle::rowInput);
    rowInput.set(asked);
    return asked;
  }

  private static RowInput rowInput(ModelInfo model) {
    Optional<VersionInfo.SignatureInfo> signature =
        model.versions().stream()
            .map(version -> version.signatures().get(DEFAULT_SIGNATURE))
            .filter(found -> found != null)
            .findFirst();
    if (signature.isEmpty() || signature.get().inputs().size() != 1) {
      throw new IllegalArgumentException(
          "rows need a signature serving_default with one input; name the inputs instead");
    }
    Map.Entry<String, VersionInfo.TensorSpecInfo> input =
        signature.get().inputs().entrySet().iterator().next();
    long[] exampleShape =
        input.getValue().shape().stream().skip(1).mapToLong(Long::longValue).toArray();
    for (long size : exampleShape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "the shape of an example is open; give tensors instead of rows");
      }
    }
    return new RowInput(input.getKey(), exampleShape);
  }

  private static List<Classification> classifications(Prediction prediction) {
    long[] classes = prediction.output("classes").longs();
    float[][] probabilities = prediction.output("probabilities").rows();
    List<Classification> all = new ArrayList<>();
    for (int i = 0; i < classes.length; i++) {
      all.add(
          new Classification(
              prediction.model(),
              prediction.version(),
              Math.toIntExact(classes[i]),
              probabilities[i]));
    }
    return all;
  }
}
