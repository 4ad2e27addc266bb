package dev.millrace.server.bench;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.TrainingRequest;
import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.FewDigits;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.SmallModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the scenarios measure with: two models, requests for them, and how long and how often to
 * measure. Confined to one thread.
 */
final class Rig {
  /** Callers of one image that keep a server busy. */
  static final int CALLERS = 64;

  private final Path folder;
  private final boolean quick;
  private final Digits digits = Digits.ofTestSet();

  private Rig(Path folder, boolean quick) {
    this.folder = folder;
    this.quick = quick;
  }

  /**
   * Has the digit model trained by a server, and writes the model x/2 + 2.
   *
   * @param folder an empty folder
   * @param quick true for measurements that show only that they work
   */
  static Rig prepare(Path folder, boolean quick) throws IOException, InterruptedException {
    SmallModels.half(folder.resolve("half"));
    Path training = Files.createDirectories(folder.resolve("training"));
    FewDigits.write(training);
    TrainingRequest whole = TrainingRequest.defaults().withParameter("steps", 100);
    TrainingRequest little =
        TrainingRequest.defaults().withDataset(FewDigits.NAME).withParameter("steps", 20);
    try (RunningServer server = RunningServer.start(training);
        MillraceClient client = MillraceClient.connect(server.address())) {
      client.train(quick ? little : whole).follow(event -> {});
      server.stop();
    }
    Files.move(training.resolve("saved_models/mnist/1"), folder.resolve("mnist"));
    return new Rig(folder, quick);
  }

  /** The SavedModel of the digit model. */
  Path mnist() {
    return folder.resolve("mnist");
  }

  /** The SavedModel of x/2 + 2. */
  Path half() {
    return folder.resolve("half");
  }

  /** A server with one model; a quick one tries no version in a process of its own. */
  BenchServer server(Path model, String settings, String... options)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(options));
    if (quick && !all.contains("--check-models")) {
      all.addAll(List.of("--check-models", "off"));
    }
    Path home = Files.createTempDirectory(folder, "home");
    return BenchServer.start(home, model, settings, all.toArray(String[]::new));
  }

  /** A home with version 1 of one model, for a server that a scenario starts itself. */
  Path home(Path model) throws IOException {
    Path home = Files.createTempDirectory(folder, "home");
    Path versions =
        Files.createDirectories(home.resolve("saved_models").resolve(model.getFileName()));
    BenchServer.copy(model, versions.resolve("1"));
    return home;
  }

  /** A request of so many digits. */
  byte[] digits(int rows) {
    return PredictCall.request("mnist", "images", digits.rows(0, rows), 28, 28, 1);
  }

  /** A request of one row of so many numbers, for x/2 + 2. */
  byte[] numbers(int width) {
    return PredictCall.request("half", "x", new float[][] {row(width)}, width);
  }

  /** So many numbers. */
  static float[] row(int width) {
    float[] row = new float[width];
    for (int i = 0; i < width; i++) {
      row[i] = i % 100;
    }
    return row;
  }

  /** How often variants are measured in turn. */
  int rounds() {
    return quick ? 1 : 3;
  }

  /** How long one measurement lasts. */
  Duration time() {
    return quick ? Duration.ofMillis(500) : Duration.ofSeconds(3);
  }

  /** How long something is run before it is measured. */
  Duration warmUp() {
    return quick ? Duration.ofMillis(500) : Duration.ofSeconds(4);
  }

  /** How long a fresh server is kept busy, until the JVM has compiled what it runs. */
  Duration serverWarmUp() {
    return quick ? Duration.ofMillis(500) : Duration.ofSeconds(30);
  }

  /** A count of a full run, or its hundredth. */
  int count(int full) {
    return quick ? Math.max(2, full / 100) : full;
  }
}
