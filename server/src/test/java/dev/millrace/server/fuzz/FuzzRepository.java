package dev.millrace.server.fuzz;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.tensorflow.recipe.Recipe;
import dev.millrace.server.tensorflow.recipe.Recipes;
import dev.millrace.server.tensorflow.recipe.RunOutputs;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.server.training.TrainingSpec;
import dev.millrace.v1.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The models that the fuzzer aims at, and their signatures. */
final class FuzzRepository {
  private static final Long OPEN = -1L;

  private FuzzRepository() {}

  /** Writes them into a repository's folder. */
  static List<Target> write(Path models) throws IOException {
    List<Target> targets = new ArrayList<>();
    trainMnist(models.resolve("mnist/1"));
    List<String> outputs = List.of("logits", "probabilities", "classes");
    targets.add(
        new Target(
            "mnist",
            "serving_default",
            List.of(
                new Target.Input(
                    "images", DataType.DATA_TYPE_FLOAT32, List.of(OPEN, 28L, 28L, 1L), false)),
            outputs));
    targets.add(
        new Target(
            "mnist",
            "classify_image",
            List.of(new Target.Input("encoded", DataType.DATA_TYPE_STRING, List.of(OPEN), false)),
            outputs));
    SmallModels.doubling(models.resolve("doubling/1"));
    targets.add(Target.of("doubling", "y", "x", DataType.DATA_TYPE_FLOAT32, OPEN, 2L));
    SmallModels.echo(models.resolve("echo/1"));
    targets.add(
        new Target(
            "echo",
            "serving_default",
            List.of(new Target.Input("text", DataType.DATA_TYPE_STRING, List.of(OPEN), false)),
            List.of("echo", "size")));
    SmallModels.convolution(models.resolve("conv/1"));
    targets.add(Target.of("conv", "y", "x", DataType.DATA_TYPE_FLOAT32, OPEN, OPEN, OPEN, 1L));
    SmallModels.product(models.resolve("product/1"));
    targets.add(
        new Target(
            "product",
            "serving_default",
            List.of(
                new Target.Input("a", DataType.DATA_TYPE_FLOAT32, List.of(OPEN, 3L), false),
                new Target.Input("b", DataType.DATA_TYPE_FLOAT32, List.of(OPEN, 1L), false)),
            List.of("y")));
    GoldenModel.copy(ExampleMaker.MODEL, models.resolve(ExampleMaker.MODEL).resolve("1"));
    targets.add(
        new Target(
            ExampleMaker.MODEL,
            "predict",
            List.of(new Target.Input("inputs", DataType.DATA_TYPE_STRING, List.of(OPEN), false)),
            List.of("total")));
    for (DataType dtype : DataType.values()) {
      if (dtype != DataType.UNRECOGNIZED && dtype != DataType.DATA_TYPE_UNSPECIFIED) {
        targets.add(identity(models, dtype));
      }
    }
    return targets;
  }

  private static Target identity(Path models, DataType dtype) throws IOException {
    String name = "identity-" + dtype.name().substring(10).toLowerCase(Locale.ROOT);
    SmallModels.identity(
        models.resolve(name).resolve("1"),
        org.tensorflow.proto.DataType.forNumber(dtype.getNumber()));
    return new Target(
        name,
        "serving_default",
        List.of(new Target.Input("x", dtype, List.of(), true)),
        List.of("y"));
  }

  private static void trainMnist(Path directory) {
    Recipe recipe = Recipes.onClassPath().get("mnist-cnn");
    Dataset all = new Datasets(Path.of("none")).load("mnist");
    Dataset some =
        new Dataset(
            all.name(),
            all.digest(),
            all.train().slice(0, 400),
            all.validation().slice(0, 50),
            all.test().slice(0, 50));
    recipe.train(
        new TrainingSpec(
            new ModelName("mnist"),
            "mnist-cnn",
            recipe.description().resolve(Map.of("steps", "5", "batch_size", "8")),
            42,
            "mnist"),
        some,
        RunOutputs.of(directory, progress -> {}));
  }
}
