package dev.millrace.server.boot;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.tfserving.ModelListFile;
import dev.millrace.server.boot.config.tfserving.TfServingSetup;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.ModelSet;
import dev.millrace.server.rollout.ServedModel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is served where the command line or a file of it names the models: the list of the start,
 * and then what the file says whenever it has changed. A file that cannot be used changes nothing.
 * Thread-safe.
 */
final class ModelListRoom {
  private static final Logger log = LoggerFactory.getLogger(ModelListRoom.class);
  private static final ChangeOrder START = new ChangeOrder("command line", "", "start");
  private static final ChangeOrder FILE =
      new ChangeOrder("model_config_file", "", "the file has changed");

  private final ModelSet set;
  private final TfServingSetup setup;

  @GuardedBy("this")
  private final Set<String> warned;

  private volatile CompletionStage<Void> first = CompletableFuture.completedFuture(null);

  @GuardedBy("this")
  private String seen;

  ModelListRoom(ModelSet set, TfServingSetup setup) {
    this.set = set;
    this.setup = setup;
    this.warned = new HashSet<>(setup.warnings());
    this.seen = setup.file().map(TfServingSetup.ListFile::text).orElse("");
  }

  /** Serves the list of the start, if there is one. */
  void start() {
    setup.models().ifPresent(models -> first = follow(models, START));
  }

  /** Waits until what the first list names and what is there is loaded or has failed. */
  void awaitFirst() throws InterruptedException {
    try {
      first.toCompletableFuture().get();
    } catch (ExecutionException failed) {
      log.debug("not all of the first list is served", failed);
    }
  }

  /** Looks at the file. */
  synchronized void poll() {
    if (setup.file().isPresent()) {
      poll(setup.file().get().file());
    }
  }

  @GuardedBy("this")
  private void poll(ModelListFile file) {
    try {
      String text = file.text();
      if (!text.equals(seen)) {
        seen = text;
        ModelListFile.Content content = ModelListFile.parse(text);
        for (String warning : content.warnings()) {
          if (warned.add(warning)) {
            log.warn("{}", warning);
          }
        }
        follow(content.models(), FILE);
      }
    } catch (ConfigurationException wrong) {
      // What cannot be read is told once, and tried again.
      if (warned.add(wrong.getMessage() + seen)) {
        log.error("{}; the last good list holds", wrong.getMessage());
      }
    } catch (RuntimeException defect) {
      log.error("the list of models could not be followed; the next look tries again", defect);
      seen = "";
    }
  }

  private CompletionStage<Void> follow(List<ServedModel> models, ChangeOrder order) {
    log.info("serving {}", models.stream().map(model -> model.name().id()).toList());
    return set.follow(models, order)
        .whenComplete(
            (nothing, failed) -> {
              if (failed != null) {
                log.warn("not all of the list is served: {}", failed.getMessage());
              }
            });
  }

  /** Sets labels that could not be set before. */
  void settle() {
    try {
      set.settle();
    } catch (RuntimeException notNow) {
      log.warn("labels could not be set; the next scan tries again", notNow);
    }
  }
}
