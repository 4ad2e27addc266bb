package dev.millrace.server.bench;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.gateway.json.ByteBudget;
import dev.millrace.server.gateway.json.JsonTensorBuilder;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.testing.Digits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The REST wires beside gRPC. */
final class Rest implements Scenario {
  private static final String PREDICT = "/v1/models/mnist:predict";
  private static final int SIDE = 28;
  private static final int FLOATS = 2_500_000;
  private static final int TEXT_BYTES = 10_000_000;
  private static final int PARSES = 10;

  @Override
  public String name() {
    return "rest";
  }

  @Override
  public String description() {
    return "One caller. TensorFlow Serving's Predict of one image, by REST with the image as a list of numbers and"
        + " by gRPC with it as bytes, in turn. A list of floats in 10 MB of JSON is read into a tensor, without a"
        + " server. 10 MB of floats to y = x/2 + 2 and back as bytes, by the Open Inference Protocol's binary"
        + " extension of HTTP/1.1 and by its gRPC, in turn.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    image(rig, report);
    parse(rig, report);
    binary(rig, report);
  }

  private static void image(Rig rig, Report report) throws Exception {
    float[] pixels = Digits.ofTestSet().rows(0, 1)[0];
    Series grpc = new Series();
    Series rest = new Series();
    Series difference = new Series();
    byte[] request = predict(pixels);
    try (BenchServer server = rig.server(rig.mnist(), "");
        Load load = server.load(PredictCall.onBytes(PredictionServiceGrpc.getPredictMethod()))) {
      load.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      warmUp(rig, server, instances(pixels));
      // A connection on which no request comes soon is closed by the server.
      try (HttpLoad http = new HttpLoad(server.httpAddress(), PREDICT, instances(pixels))) {
        http.p50Micros(rig.warmUp());
        load.closedLoop(request, 1, rig.warmUp());
        for (int round = 0; round < rig.rounds(); round++) {
          double byGrpc = load.closedLoop(request, 1, rig.time()).micros(50);
          double byRest = http.p50Micros(rig.time());
          grpc.add(byGrpc);
          rest.add(byRest);
          difference.add(byRest - byGrpc);
        }
      }
    }
    report.add("Predict of one image by gRPC, p50", "us", grpc);
    report.add("Predict of one image by REST, p50", "us", rest);
    report.add("p50 by REST minus by gRPC", "us", difference, Figure.Bar.atMost(400));
  }

  /** As many callers as warm gRPC up, so that both ways are compiled when they are measured. */
  private static void warmUp(Rig rig, BenchServer server, byte[] body) throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(Rig.CALLERS);
    try {
      for (Future<?> caller :
          callers.invokeAll(
              Collections.nCopies(
                  Rig.CALLERS,
                  () -> {
                    try (HttpLoad http = new HttpLoad(server.httpAddress(), PREDICT, body)) {
                      return http.p50Micros(rig.serverWarmUp());
                    }
                  }))) {
        caller.get();
      }
    } finally {
      callers.shutdown();
    }
  }

  private static void parse(Rig rig, Report report) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder("[");
    while (text.length() < TEXT_BYTES) {
      text.append(text.length() == 1 ? "" : ",").append(random.nextInt(256) / 255f);
    }
    byte[] document = text.append("]").toString().getBytes(StandardCharsets.US_ASCII);
    StrictJson json = new StrictJson("");
    Series rate = new Series();
    for (int round = 0; round < rig.rounds() + 1; round++) {
      long begun = System.nanoTime();
      for (int i = 0; i < PARSES; i++) {
        json.read(
            document,
            0,
            document.length,
            parser -> {
              JsonTensorBuilder tensor =
                  new JsonTensorBuilder(
                      dev.millrace.server.tensor.DataType.FLOAT32,
                      1 << 20,
                      new ByteBudget(1L << 30));
              tensor.add(parser);
              return tensor.single();
            });
      }
      // The first round warms up.
      if (round > 0) {
        rate.add(PARSES * document.length / 1e6 / ((System.nanoTime() - begun) / 1e9));
      }
    }
    report.add("JSON of a tensor of floats, read", "MB/s", rate, Figure.Bar.atLeast(100));
  }

  private static void binary(Rig rig, Report report) throws Exception {
    ByteBuffer floats = ByteBuffer.allocate(4 * FLOATS).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < FLOATS; i++) {
      floats.putFloat(i % 100);
    }
    byte[] header =
        ("{\"inputs\":[{\"name\":\"x\",\"shape\":[1,"
                + FLOATS
                + "],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":"
                + 4 * FLOATS
                + "}}],\"parameters\":{\"binary_data_output\":true}}")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] body = Arrays.copyOf(header, header.length + 4 * FLOATS);
    System.arraycopy(floats.array(), 0, body, header.length, 4 * FLOATS);
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName("half")
            .addInputs(
                ModelInferRequest.InferInputTensor.newBuilder()
                    .setName("x")
                    .setDatatype("FP32")
                    .addShape(1)
                    .addShape(FLOATS))
            .addRawInputContents(ByteString.copyFrom(floats.array()))
            .build()
            .toByteArray();
    Series grpc = new Series();
    Series rest = new Series();
    Series ratio = new Series();
    try (BenchServer server = rig.server(rig.half(), "");
        Load load =
            server.load(PredictCall.onBytes(GRPCInferenceServiceGrpc.getModelInferMethod()));
        HttpLoad http =
            new HttpLoad(
                server.httpAddress(),
                "/v2/models/half/infer",
                body,
                "Inference-Header-Content-Length: " + header.length)) {
      load.closedLoop(message, 1, rig.warmUp());
      http.p50Micros(rig.warmUp());
      for (int round = 0; round < rig.rounds(); round++) {
        double byGrpc = load.closedLoop(message, 1, rig.time()).micros(50) / 1e3;
        double byRest = http.p50Micros(rig.time()) / 1e3;
        grpc.add(byGrpc);
        rest.add(byRest);
        ratio.add(byRest / byGrpc);
      }
    }
    report.add("10 MB of bytes there and back by gRPC, p50", "ms", grpc);
    report.add("10 MB of bytes there and back by REST, p50", "ms", rest);
    report.add("time by REST over time by gRPC", "", ratio, Figure.Bar.atMost(1.1));
  }

  private static byte[] instances(float[] pixels) {
    StringBuilder text = new StringBuilder("{\"instances\":[[");
    for (int i = 0; i < pixels.length; i++) {
      text.append(i % SIDE == 0 ? (i == 0 ? "[" : "],[") : ",").append('[');
      text.append(pixels[i]).append(']');
    }
    return text.append("]]]}").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] predict(float[] pixels) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * pixels.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float pixel : pixels) {
      bytes.putFloat(pixel);
    }
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int size : new int[] {1, SIDE, SIDE, 1}) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName("mnist"))
        .putInputs(
            "images",
            TensorProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(shape)
                .setTensorContent(ByteString.copyFrom(bytes.flip()))
                .build())
        .build()
        .toByteArray();
  }
}
