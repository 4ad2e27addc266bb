package dev.millrace.server.tensorflow.session;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.GoldenModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A program that loads damaged copies of a golden model, one after the other, and says how each
 * ended, so that the line before its death names the damage that TensorFlow cannot bear.
 */
final class DamagedModels {
  private final Path folder;
  private final String name;
  private final TensorLedger ledger = new TensorLedger();
  private int refused;
  private int loaded;

  private DamagedModels(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  /** Takes an empty folder, a golden model's name, and the number of random flips of each file. */
  public static void main(String[] arguments) throws IOException {
    DamagedModels models = new DamagedModels(Path.of(arguments[0]), arguments[1]);
    models.run(Integer.parseInt(arguments[2]));
    System.out.println("refused " + models.refused + " loaded " + models.loaded);
  }

  private void run(int flips) throws IOException {
    Path whole = folder.resolve("whole");
    GoldenModel.copy(name, whole);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(whole)) {
      files = walk.filter(Files::isRegularFile).map(whole::relativize).sorted().toList();
    }
    int number = 0;
    for (Path file : files) {
      byte[] good = Files.readAllBytes(whole.resolve(file));
      for (String damage : List.of("absent", "empty", "folder", "loop", "dangling")) {
        Path target = copy(++number).resolve(file);
        Files.delete(target);
        switch (damage) {
          case "empty" -> Files.createFile(target);
          case "folder" -> Files.createDirectory(target);
          case "loop" -> Files.createSymbolicLink(target, target.getFileName());
          case "dangling" -> Files.createSymbolicLink(target, Path.of("nothing"));
          default -> {}
        }
        load(number, file + " " + damage);
      }
      for (int part = 1; part <= 8; part++) {
        int length = part == 8 ? good.length - 1 : good.length * part / 8;
        write(++number, file, Arrays.copyOf(good, Math.max(0, length)));
        load(number, file + " cut to " + length);
      }
      for (int flip = 0; flip < flips; flip++) {
        Random random = new Random(flip);
        byte[] bad = good.clone();
        for (int i = 0; i <= flip % 4 && bad.length > 0; i++) {
          bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
        }
        write(++number, file, bad);
        load(number, file + " flipped with seed " + flip);
      }
    }
  }

  private Path copy(int number) throws IOException {
    Path copy = folder.resolve(Integer.toString(number));
    GoldenModel.copy(name, copy);
    return copy;
  }

  private void write(int number, Path file, byte[] bytes) throws IOException {
    Files.write(copy(number).resolve(file), bytes);
  }

  private void load(int number, String damage) throws IOException {
    System.out.println("damage " + damage);
    System.out.flush();
    Path directory = folder.resolve(Integer.toString(number));
    VersionId id = new VersionId(new ModelName("m"), 1);
    try (Servable servable =
        new SavedModelLoader(ledger, 1, Clock.systemUTC())
            .load(
                new ServableSource(id, directory, "digest", ModelSettings.DEFAULT),
                ExecutionMode.PER_CORE)) {
      loaded++;
      System.out.println("loaded " + servable.signatures().keySet());
    } catch (ServingException refusal) {
      refused++;
      System.out.println("refused " + refusal.message());
      if (refusal.reason() != ErrorReason.LOAD_FAILED
          || refusal.message().contains(folder.toString())) {
        throw new AssertionError("refused with " + refusal.reason(), refusal);
      }
    }
    if (ledger.open() != 0) {
      throw new AssertionError("a tensor stays open");
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
