package dev.millrace.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.VersionLoad;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class StateWaitTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final VersionId ID = new VersionId(MODEL, 1);
  private static final ServableSource SOURCE =
      new ServableSource(ID, Path.of("none"), "", ModelSettings.DEFAULT);

  private final PuppetExecutor loads = new PuppetExecutor();
  private boolean fails;
  private final ModelCatalog catalog =
      new ModelCatalog(
          new VersionLoad(
              (source, mode) -> {
                if (fails) {
                  throw new ServingException(ErrorReason.LOAD_FAILED, "no good");
                }
                return new FakeServable();
              },
              new WarmUp(model -> List.of(), 1, () -> 0, () -> 0),
              1,
              () -> 0),
          loads,
          new PuppetClock(),
          () -> {});

  @Test
  void untilLoaded_versionThatIsLoaded_isComplete() {
    want();
    CompletableFuture<Void> done = statedLoad();
    assertThat(done).isNotDone();
    loads.runAll();
    assertThat(done).isCompleted();
  }

  @Test
  void untilLoaded_versionThatFails_tellsWhy() {
    fails = true;
    want();
    CompletableFuture<Void> done = statedLoad();
    loads.runAll();
    assertEnded(done, ErrorReason.LOAD_FAILED, "failed to load 'm': no good");
  }

  @Test
  void untilLoaded_unwantedBeforeItsLoadBegan_isSuperseded() {
    store();
    assertEnded(statedLoad(), ErrorReason.SUPERSEDED, "shall no longer be loaded");
    catalog.aspire(MODEL, List.of());
    assertEnded(statedLoad(), ErrorReason.SUPERSEDED, "look at the model and repeat the call");
  }

  @Test
  void untilLoaded_unwantedWhileAnEarlierOneIsReleased_isSuperseded() {
    want();
    loads.runAll();
    store();
    want();
    CompletableFuture<Void> done = statedLoad();
    store();
    loads.runAll();
    assertEnded(done, ErrorReason.SUPERSEDED, "shall no longer be loaded");
  }

  @Test
  void untilLoaded_notStatedYet_waitsUntilItIsStatedAndDropped() {
    store();
    CompletableFuture<Void> done =
        StateWait.untilLoaded(catalog, ID, "no", Runnable::run).toCompletableFuture();
    store();
    assertThat(done).isNotDone();
    want();
    assertThat(done).isNotDone();
    store();
    assertEnded(done, ErrorReason.SUPERSEDED, "shall no longer be loaded");
  }

  @Test
  void untilOut_versionThatIsReleased_isComplete() {
    want();
    loads.runAll();
    store();
    CompletableFuture<Void> done = out();
    assertThat(done).isNotDone();
    loads.runAll();
    assertThat(done).isCompleted();
  }

  @Test
  void untilOut_versionThatIsForgottenAlready_isComplete() {
    want();
    loads.runAll();
    catalog.aspire(MODEL, List.of());
    loads.runAll();
    assertThat(out()).isCompleted();
  }

  @Test
  void untilOut_wantedAgain_isSuperseded() {
    want();
    loads.runAll();
    store();
    CompletableFuture<Void> done = out();
    want();
    assertEnded(done, ErrorReason.SUPERSEDED, "shall be loaded after all");
  }

  @Test
  void until_executorThatIsShutDown_isToldAtOnce() {
    want();
    loads.runAll();
    CompletionStage<Void> done =
        StateWait.untilStatedIsLoaded(
            catalog,
            ID,
            "no",
            task -> {
              throw new RejectedExecutionException();
            });
    assertThat(done).isCompleted();
  }

  private void want() {
    catalog.aspire(MODEL, List.of(SOURCE));
  }

  private void store() {
    catalog.aspire(MODEL, List.of(), List.of(SOURCE));
  }

  private CompletableFuture<Void> statedLoad() {
    return StateWait.untilStatedIsLoaded(catalog, ID, "failed to load 'm'", Runnable::run)
        .toCompletableFuture();
  }

  private CompletableFuture<Void> out() {
    return StateWait.untilOut(catalog, ID, Runnable::run).toCompletableFuture();
  }

  private static void assertEnded(CompletableFuture<Void> done, ErrorReason reason, String text) {
    assertThat(done).isCompletedExceptionally();
    assertThat(done.handle((nothing, error) -> error).join())
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.reason()).isEqualTo(reason);
              assertThat(error.message()).contains(text);
            });
  }
}
