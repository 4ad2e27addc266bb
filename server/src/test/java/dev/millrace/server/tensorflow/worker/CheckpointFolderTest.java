package dev.millrace.server.tensorflow.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.tensorflow.recipe.Checkpoints;
import dev.millrace.server.tensorflow.recipe.RunStopped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints on disk, and when they are made. */
class CheckpointFolderTest {
  @TempDir Path root;

  @Test
  void restore_ofAnEmptyFolder_findsNothing() {
    assertThat(new CheckpointFolder(root, 1).restore(folder -> 7)).isEmpty();
  }

  @Test
  void restore_afterSeveral_readsTheNewestAndTwoAreKept() throws IOException {
    for (long step : new long[] {5, 90, 100, 1000}) {
      save(1, step);
    }

    assertThat(read(2)).hasValue(1000);
    assertThat(checkpoints()).hasSize(2);
  }

  @Test
  void restore_withADamagedOne_readsTheOneBeforeAndThenTheBeginning() throws IOException {
    save(1, 100);
    save(1, 200);
    Files.writeString(checkpoints().get(1).resolve("state"), "2o0");
    assertThat(read(2)).hasValue(100);

    Files.delete(checkpoints().get(0).resolve("state"));
    assertThat(read(3)).isEmpty();
    assertThat(checkpoints()).isEmpty();
  }

  @Test
  void restore_whoseReaderThrows_isGivenTheOneBefore() throws IOException {
    save(1, 100);
    save(1, 200);
    List<String> seen = new ArrayList<>();
    OptionalLong step =
        new CheckpointFolder(root, 2)
            .restore(
                folder -> {
                  seen.add(Files.readString(folder.resolve("state")));
                  if (seen.size() == 1) {
                    throw new IllegalStateException("of another graph");
                  }
                  return 100;
                });

    assertThat(step).hasValue(100);
    assertThat(seen).containsExactly("200", "100");
  }

  @Test
  void save_thatDiesInBetween_leavesTheOneBefore() throws IOException {
    save(1, 100);
    assertThatThrownBy(
            () ->
                new CheckpointFolder(root, 1)
                    .save(
                        200,
                        folder -> {
                          Files.writeString(folder.resolve("state"), "20");
                          throw new IOException("No space left on device");
                        }))
        .isInstanceOf(IOException.class);

    assertThat(read(2)).hasValue(100);
    save(2, 300);
    assertThat(read(3)).hasValue(300);
  }

  @Test
  void save_ofAProcessThatShouldBeDead_doesNotOverruleALaterTry() throws IOException {
    save(1, 100);
    save(2, 150);
    save(1, 900);

    assertThat(read(3)).hasValue(150);
  }

  @Test
  void run_overTime_isKeptByTheIntervalAndNotMoreThanAFiftiethOfIt() {
    long[] now = new long[1];
    CheckpointRule rule = new CheckpointRule(Duration.ofSeconds(30), 0);
    assertThat(rule.isDue(Duration.ofSeconds(29).toNanos())).isFalse();
    now[0] = Duration.ofSeconds(30).toNanos();
    assertThat(rule.isDue(now[0])).isTrue();
    long took = Duration.ofSeconds(2).toNanos();
    rule.kept(now[0], now[0] + took);

    assertThat(rule.isDue(now[0] + took + Duration.ofSeconds(99).toNanos())).isFalse();
    assertThat(rule.isDue(now[0] + took + Duration.ofSeconds(100).toNanos())).isTrue();
  }

  @Test
  void run_thatIsAskedToStop_isKeptAndStopsAtOnce() {
    List<Long> kept = new ArrayList<>();
    List<Long> resumed = new ArrayList<>();
    boolean[] stops = new boolean[1];
    Checkpoints run =
        new KeptRun(
            new CheckpointFolder(root, 1),
            new CheckpointRule(Duration.ofHours(1), 0),
            () -> stops[0],
            resumed::add,
            kept::add,
            () -> 0);
    assertThat(run.restore(folder -> 1)).isFalse();
    run.afterStep(1, folder -> {});
    assertThat(kept).isEmpty();
    stops[0] = true;

    assertThatThrownBy(
            () -> run.afterStep(2, folder -> Files.writeString(folder.resolve("state"), "2")))
        .isInstanceOf(RunStopped.class);
    assertThat(kept).containsExactly(2L);
    assertThat(resumed).containsExactly(0L);
    assertThat(read(2)).hasValue(2);
  }

  @Test
  void run_whoseDiskIsFull_goesOn() {
    Checkpoints run =
        new KeptRun(
            new CheckpointFolder(root, 1),
            new CheckpointRule(Duration.ZERO, 0),
            () -> false,
            step -> {},
            step -> {
              throw new AssertionError("nothing was kept");
            },
            () -> 0);
    run.afterStep(
        1,
        folder -> {
          throw new IOException("No space left on device");
        });

    assertThat(checkpoints()).isEmpty();
  }

  private void save(long token, long step) throws IOException {
    new CheckpointFolder(root, token)
        .save(step, folder -> Files.writeString(folder.resolve("state"), Long.toString(step)));
  }

  private OptionalLong read(long token) {
    return new CheckpointFolder(root, token)
        .restore(folder -> Long.parseLong(Files.readString(folder.resolve("state"))));
  }

  private List<Path> checkpoints() {
    try (Stream<Path> list = Files.list(root)) {
      return list.filter(path -> path.getFileName().toString().matches("[0-9-]+"))
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }
}
