package dev.millrace.server.fuzz;

import com.google.protobuf.MessageLite;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.LogSettingsRequest;
import dev.millrace.proto.inference.ModelConfigRequest;
import dev.millrace.proto.inference.ModelMetadataRequest;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.inference.RepositoryIndexRequest;
import dev.millrace.proto.inference.TraceSettingRequest;
import dev.millrace.proto.tfserving.GetModelMetadataRequest;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Random;

/** What clients of other servers ask besides predictions. */
final class QuestionMaker implements CallMaker {
  private final Random random;
  private final List<Target> targets;
  private final TfServingMaker specs;
  private final CallShaper shaper;
  private final NameMaker names;

  QuestionMaker(Random random, List<Target> targets, TfServingMaker specs) {
    this.random = random;
    this.targets = targets;
    this.specs = specs;
    this.shaper = new CallShaper(random);
    this.names = new NameMaker(random);
  }

  @Override
  public FuzzCall next() {
    return switch (random.nextInt(9)) {
      case 0 -> metadata();
      case 1 ->
          call(
              ModelServiceGrpc.getGetModelStatusMethod(),
              GetModelStatusRequest.newBuilder().setModelSpec(spec()).build());
      case 2 ->
          call(
              GRPCInferenceServiceGrpc.getModelReadyMethod(),
              ModelReadyRequest.newBuilder().setName(name()).setVersion(version()).build());
      case 3 ->
          call(
              GRPCInferenceServiceGrpc.getModelMetadataMethod(),
              ModelMetadataRequest.newBuilder().setName(name()).setVersion(version()).build());
      case 4 ->
          call(
              GRPCInferenceServiceGrpc.getModelConfigMethod(),
              ModelConfigRequest.newBuilder().setName(name()).setVersion(version()).build());
      case 5 ->
          call(
              GRPCInferenceServiceGrpc.getModelStatisticsMethod(),
              ModelStatisticsRequest.newBuilder().setName(name()).setVersion(version()).build());
      case 6 ->
          call(
              GRPCInferenceServiceGrpc.getRepositoryIndexMethod(),
              RepositoryIndexRequest.newBuilder()
                  .setRepositoryName(names.next())
                  .setReady(random.nextBoolean())
                  .build());
      case 7 ->
          call(
              GRPCInferenceServiceGrpc.getTraceSettingMethod(),
              TraceSettingRequest.newBuilder().setModelName(name()).build());
      default ->
          call(
              GRPCInferenceServiceGrpc.getLogSettingsMethod(),
              LogSettingsRequest.getDefaultInstance());
    };
  }

  private FuzzCall metadata() {
    GetModelMetadataRequest.Builder request =
        GetModelMetadataRequest.newBuilder().setModelSpec(spec());
    for (int i = random.nextInt(4); i > 0; i--) {
      request.addMetadataField(random.nextInt(4) > 0 ? "signature_def" : names.next());
    }
    return call(PredictionServiceGrpc.getGetModelMetadataMethod(), request.build());
  }

  private FuzzCall call(MethodDescriptor<?, ?> method, MessageLite message) {
    return shaper.unary(method, message, null);
  }

  private ModelSpec spec() {
    ModelSpec.Builder spec = ModelSpec.newBuilder().setName(name());
    if (random.nextInt(3) == 0) {
      specs.bend(spec);
    }
    return spec.build();
  }

  private String name() {
    return random.nextInt(4) == 0
        ? names.next()
        : targets.get(random.nextInt(targets.size())).model();
  }

  private String version() {
    return random.nextBoolean() ? "" : random.nextBoolean() ? "1" : names.next();
  }
}
