package dev.millrace.server.fuzz;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelRepositoryParameter;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.ModelConfigList;
import dev.millrace.proto.tfserving.ModelServerConfig;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import java.util.List;
import java.util.Random;

/** Calls that change what is served; none of them in haste, so that it is known when all ended. */
final class ChangeMaker implements CallMaker {
  private final Random random;
  private final List<String> models;
  private final CallShaper shaper;
  private final NameMaker names;
  private final TensorMaker tensors;

  ChangeMaker(Random random, List<Target> targets) {
    this.random = random;
    this.models = models(targets);
    this.shaper = new CallShaper(random);
    this.names = new NameMaker(random);
    this.tensors = new TensorMaker(random, true);
  }

  static List<String> models(List<Target> targets) {
    return targets.stream().map(Target::model).distinct().toList();
  }

  /** Serves all of these again. */
  static ReloadConfigRequest all(List<Target> targets) {
    ModelConfigList.Builder list = ModelConfigList.newBuilder();
    models(targets).forEach(name -> list.addConfigBuilder().setName(name));
    return ReloadConfigRequest.newBuilder()
        .setConfig(ModelServerConfig.newBuilder().setModelConfigList(list))
        .build();
  }

  @Override
  public FuzzCall next() {
    FuzzCall made =
        switch (random.nextInt(4)) {
          case 0 ->
              shaper.unary(
                  GRPCInferenceServiceGrpc.getRepositoryModelLoadMethod(),
                  RepositoryModelLoadRequest.newBuilder()
                      .setRepositoryName(random.nextInt(4) == 0 ? names.next() : "")
                      .setModelName(name())
                      .build(),
                  null);
          case 1 ->
              shaper.unary(
                  GRPCInferenceServiceGrpc.getRepositoryModelUnloadMethod(),
                  RepositoryModelUnloadRequest.newBuilder()
                      .setModelName(name())
                      .putParameters(
                          "unload_dependents",
                          ModelRepositoryParameter.newBuilder()
                              .setInt64Param(random.nextLong())
                              .build())
                      .build(),
                  null);
          default ->
              shaper.unary(ModelServiceGrpc.getHandleReloadConfigRequestMethod(), reload(), null);
        };
    return made.patient();
  }

  private ReloadConfigRequest reload() {
    ModelConfigList.Builder list = ModelConfigList.newBuilder();
    for (String model : models) {
      if (random.nextInt(4) > 0) {
        list.addConfig(config(model));
      }
    }
    if (random.nextInt(3) == 0) {
      list.addConfig(config(name()));
    }
    ReloadConfigRequest.Builder request =
        ReloadConfigRequest.newBuilder()
            .setConfig(ModelServerConfig.newBuilder().setModelConfigList(list));
    return random.nextInt(10) == 0
        ? request.clearConfig().addMetricNames(names.next()).build()
        : request.build();
  }

  private ModelConfig config(String model) {
    ModelConfig.Builder config = ModelConfig.newBuilder().setName(model);
    switch (random.nextInt(30)) {
      case 0 -> config.setModelPlatform(names.next());
      case 1 -> config.setBasePath(names.next());
      case 2 -> config.putVersionLabels(names.next(), tensors.size());
      case 3 -> config.putVersionLabels("canary", 1);
      case 4 ->
          config.getModelVersionPolicyBuilder().getSpecificBuilder().addVersions(tensors.size());
      case 5 ->
          config.getModelVersionPolicyBuilder().getLatestBuilder().setNumVersions(random.nextInt());
      case 6 -> config.getModelVersionPolicyBuilder().getAllBuilder();
      default -> {}
    }
    return config.build();
  }

  private String name() {
    return random.nextBoolean() ? names.next() : models.get(random.nextInt(models.size()));
  }
}
