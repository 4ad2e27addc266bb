package dev.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.testing.RunningServer;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server with SIGKILL at every step of publish, import, promote, roll back and delete, over
 * and over on one repository, and looks at what the next start finds.
 */
final class KillIT {
  private static final List<String> STEPS =
      List.of(
          "import.planned",
          "import.received",
          "import.checked",
          "publish.described",
          "publish.synced",
          "publish.renamed",
          "publish.done",
          "begin.PUBLISHED",
          "written.PUBLISHED",
          "import.recorded",
          "begin.PROMOTED",
          "written.PROMOTED",
          "begin.ROLLED_BACK",
          "written.ROLLED_BACK",
          "delete.trashed",
          "begin.DELETED",
          "written.DELETED",
          "delete.recorded",
          "delete.emptied",
          "written.LABELLED");
  private static final int MOST_CHANGES = 120;
  private static final int RUNS = Integer.getInteger("millrace.kills", 5);

  @TempDir private Path folder;

  @Test
  void server_killedAtAnyStep_startsWithRepositoryAndRegistryInOrder() throws Exception {
    long seed = Long.getLong("millrace.seed", 4);
    Map<String, Integer> killed = new TreeMap<>();
    for (int run = 0; run < RUNS; run++) {
      String step = STEPS.get(run % STEPS.size());
      Changes.Change change = live(step, seed + run, run);
      if (change != null) {
        killed.merge(step, 1, Integer::sum);
      }
      System.out.printf("kill %d at %s: %s%n", run + 1, step, change);
      look(seed - run, change);
    }
    assertThat(killed.keySet()).as("steps at which a server was killed").containsAll(expected());
  }

  private static List<String> expected() {
    return STEPS.subList(0, Math.min(RUNS, STEPS.size()));
  }

  /** Lets a server live until it dies of the step; what it was asked for then. */
  private Changes.@Nullable Change live(String step, long seed, int run) throws Exception {
    try (RunningServer server = start(step)) {
      ManagedChannel channel = channel(server);
      try {
        Changes changes = new Changes(channel, folder, new Random(seed), () -> hasEnded(server));
        for (int i = 0; i < MOST_CHANGES; i++) {
          changes.makeOne("run-" + run + "-" + i, Changes.Kind.leadingTo(step));
        }
        return null;
      } catch (Changes.ServerDiedException died) {
        return died.change();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** Starts a server after a death, and checks it. */
  private void look(long seed, Changes.@Nullable Change change) throws Exception {
    try (RunningServer server = start("")) {
      ManagedChannel channel = channel(server);
      try {
        Changes changes = new Changes(channel, folder, new Random(seed), () -> hasEnded(server));
        Order order = new Order(folder.resolve("saved_models"), changes);
        order.check(change);
        if (change != null && !change.importId().isEmpty()) {
          String version = changes.finish(change.importId());
          assertThat(changes.finish(change.importId())).isEqualTo(version);
          order.check(null);
        }
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private RunningServer start(String step) throws IOException {
    return RunningServer.start(
        folder,
        Map.of("MILLRACE_JAVA_OPTS", RunningServer.SHORT_LIVED + " -Dmillrace.failpoint=" + step),
        "--check-models",
        "off");
  }

  private static ManagedChannel channel(RunningServer server) {
    return NettyChannelBuilder.forTarget(server.address()).usePlaintext().disableRetry().build();
  }

  private static boolean hasEnded(RunningServer server) {
    try {
      return server.awaitEnd(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
