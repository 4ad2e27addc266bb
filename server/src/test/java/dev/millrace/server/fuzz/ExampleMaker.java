package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.proto.tensorflow.BytesList;
import dev.millrace.proto.tensorflow.Example;
import dev.millrace.proto.tensorflow.Feature;
import dev.millrace.proto.tensorflow.FloatList;
import dev.millrace.proto.tensorflow.Int64List;
import dev.millrace.proto.tfserving.ClassificationRequest;
import dev.millrace.proto.tfserving.ExampleList;
import dev.millrace.proto.tfserving.ExampleListWithContext;
import dev.millrace.proto.tfserving.InferenceTask;
import dev.millrace.proto.tfserving.Input;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.MultiInferenceRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.RegressionRequest;
import java.util.List;
import java.util.Random;

/** Classify, Regress and MultiInference. */
final class ExampleMaker implements CallMaker {
  /** The model that takes examples. */
  static final String MODEL = "tf1_examples";

  private static final List<String> SIGNATURES =
      List.of("", "scores", "sum", "flat", "wide", "predict", "train");
  private static final List<String> TO_CLASSIFY = List.of("", "serving_default", "scores");
  private static final List<String> TO_REGRESS = List.of("sum", "flat");
  private static final String CLASSIFY = "tensorflow/serving/classify";
  private static final String REGRESS = "tensorflow/serving/regress";

  private final Random random;
  private final TfServingMaker others;
  private final TensorMaker tensors;
  private final CallShaper shaper;
  private final NameMaker names;

  ExampleMaker(Random random, TfServingMaker others) {
    this.random = random;
    this.others = others;
    this.tensors = new TensorMaker(random, true);
    this.shaper = new CallShaper(random);
    this.names = new NameMaker(random);
  }

  @Override
  public FuzzCall next() {
    return switch (random.nextInt(3)) {
      case 0 ->
          shaper.unary(
              PredictionServiceGrpc.getClassifyMethod(),
              ClassificationRequest.newBuilder()
                  .setModelSpec(spec(TO_CLASSIFY))
                  .setInput(input())
                  .build(),
              null);
      case 1 ->
          shaper.unary(
              PredictionServiceGrpc.getRegressMethod(),
              RegressionRequest.newBuilder()
                  .setModelSpec(spec(TO_REGRESS))
                  .setInput(input())
                  .build(),
              null);
      default -> shaper.unary(PredictionServiceGrpc.getMultiInferenceMethod(), multi(), null);
    };
  }

  private MultiInferenceRequest multi() {
    MultiInferenceRequest.Builder request = MultiInferenceRequest.newBuilder().setInput(input());
    int tasks = random.nextInt(50) == 0 ? 500 : random.nextInt(4);
    for (int i = 0; i < tasks; i++) {
      boolean classify = random.nextBoolean();
      String method = classify ? CLASSIFY : REGRESS;
      request.addTasks(
          InferenceTask.newBuilder()
              .setModelSpec(spec(classify ? TO_CLASSIFY : TO_REGRESS))
              .setMethodName(random.nextInt(10) == 0 ? names.next() : method));
    }
    return request.build();
  }

  private ModelSpec spec(List<String> fitting) {
    List<String> signatures = random.nextInt(4) > 0 ? fitting : SIGNATURES;
    ModelSpec.Builder spec =
        ModelSpec.newBuilder()
            .setName(MODEL)
            .setSignatureName(signatures.get(random.nextInt(signatures.size())));
    if (random.nextInt(6) == 0) {
      others.bend(spec);
    }
    return spec.build();
  }

  private Input input() {
    int count = random.nextInt(50) == 0 ? 2000 : random.nextInt(5);
    ExampleListWithContext.Builder list = ExampleListWithContext.newBuilder();
    for (int i = 0; i < count; i++) {
      list.addExamples(example());
    }
    return switch (random.nextInt(6)) {
      case 0 -> Input.getDefaultInstance();
      case 1, 2 -> Input.newBuilder().setExampleListWithContext(list.setContext(example())).build();
      default ->
          Input.newBuilder()
              .setExampleList(ExampleList.newBuilder().addAllExamples(list.getExamplesList()))
              .build();
    };
  }

  private Example example() {
    Example.Builder example = Example.newBuilder();
    if (random.nextInt(10) > 0) {
      example.getFeaturesBuilder().putFeature("x", floats(2));
    }
    if (random.nextInt(3) == 0) {
      example.getFeaturesBuilder().putFeature("word", feature());
    }
    if (random.nextInt(10) == 0) {
      example.getFeaturesBuilder().putFeature("x", feature());
    }
    int more = random.nextInt(60) == 0 ? 3000 : random.nextInt(20) == 0 ? 1 : 0;
    for (int i = 0; i < more; i++) {
      example.getFeaturesBuilder().putFeature(names.next() + i, feature());
    }
    return example.build();
  }

  private static Feature floats(int count) {
    FloatList.Builder values = FloatList.newBuilder();
    for (int i = 0; i < count; i++) {
      values.addValue(i);
    }
    return Feature.newBuilder().setFloatList(values).build();
  }

  private Feature feature() {
    return switch (random.nextInt(4)) {
      case 0 -> floats(random.nextInt(4));
      case 1 ->
          Feature.newBuilder()
              .setInt64List(Int64List.newBuilder().addValue(random.nextLong()))
              .build();
      case 2 -> Feature.getDefaultInstance();
      default ->
          Feature.newBuilder()
              .setBytesList(
                  BytesList.newBuilder()
                      .addValue(ByteString.copyFrom(tensors.bytes(random.nextInt(40)))))
              .build();
    };
  }
}
