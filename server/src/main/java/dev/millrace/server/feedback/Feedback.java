package dev.millrace.server.feedback;

import dev.millrace.server.feedback.inputs.InputReference;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorData;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * What callers tell of earlier predictions, and how answers and inputs drift. It remembers names of
 * predictions and what was answered, never what was asked: at most {@link
 * FeedbackSettings#MOST_KEPT} of a model, {@link #MOST_ROWS} answers each, and about 300 bytes for
 * a prediction of one example. Counts begin anew at a restart. Thread-safe.
 */
public final class Feedback {
  /** Most examples of a prediction that waits for feedback. */
  public static final int MOST_ROWS = 100;

  /** Most characters of a prediction's name. */
  public static final int LONGEST_NAME = 128;

  private static final int LONGEST_LABEL = 256;

  private final SettingsCache settings;
  private final ReferenceCache references;
  private final Function<VersionId, Optional<InputReference>> trained;
  private final Retraining retraining;
  private final Executor executor;
  private final InstantSource clock;
  private final Map<ModelName, ModelFeedback> models = new ConcurrentHashMap<>();

  /**
   * Where feedback learns what it compares with; each of these may wait for a disk.
   *
   * @param settings a model's settings; OFF for a model that takes none
   * @param answers what a version answered when it was measured
   * @param inputs what it was trained on; empty for a version that does not tell
   */
  public record Sources(
      Function<ModelName, FeedbackSettings> settings,
      Function<VersionId, Reference> answers,
      Function<VersionId, Optional<InputReference>> inputs) {}

  /**
   * Feedback of which nothing is known yet.
   *
   * @param executor asks the sources where a request must not wait for them
   */
  public Feedback(Sources sources, Retraining retraining, Executor executor, InstantSource clock) {
    this.settings = new SettingsCache(sources.settings(), executor, clock);
    this.references = new ReferenceCache(sources.answers(), clock);
    this.trained = sources.inputs();
    this.retraining = retraining;
    this.executor = executor;
    this.clock = clock;
  }

  /** Learns what a version is compared with before the first request comes. Does not wait. */
  public void expect(VersionId id) {
    execute(
        () -> {
          if (takes(id.model())) {
            inputs(id);
          }
        });
  }

  /** True for a model of which answers are of interest. */
  public boolean takes(ModelName model) {
    return settings.of(model).keep() > 0;
  }

  /**
   * Passes for what may be the name of a prediction.
   *
   * @throws ServingException NAME_INVALID
   */
  public static void checkName(String name) {
    if (name.length() > LONGEST_NAME) {
      throw ServingException.ofViolations(
          List.of(
              FieldViolation.tooLong(
                  "request_id", ErrorReason.NAME_INVALID, LONGEST_NAME, name.length())));
    }
  }

  /**
   * Counts an answer.
   *
   * @param labels the class told for each example
   * @param confidence the probability of each; empty when the model tells none
   */
  public void answered(VersionId id, List<String> labels, double[] confidence) {
    FeedbackSettings now = settings.of(id.model());
    if (now.keep() > 0 && !labels.isEmpty()) {
      model(id.model()).answered(id.number(), labels, confidence);
      retraining.look(id, now, () -> report(id));
    }
  }

  /**
   * Reads what was asked, or some of it, for its drift alone.
   *
   * @param asked tensors by name, which are not kept
   */
  public void asked(VersionId id, Map<String, TensorData> asked) {
    FeedbackSettings now = settings.of(id.model());
    if (now.keep() > 0) {
      inputs(id).read(asked, clock.instant());
      retraining.look(id, now, () -> report(id));
    }
  }

  private InputWatch inputs(VersionId id) {
    InputWatch watch = model(id.model()).inputs(id.number());
    if (watch.wantsReference()) {
      execute(() -> watch.begin(trained.apply(id)));
    }
    return watch;
  }

  private void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException stopping) {
      // Nobody will ask any more.
    }
  }

  /**
   * Remembers an answer, so that its truth can be told; one of more than {@link #MOST_ROWS}
   * examples is not.
   *
   * @param name the prediction's name, at most 128 characters
   * @param labels the class told for each example
   */
  public void remember(String name, VersionId id, List<String> labels) {
    FeedbackSettings now = settings.of(id.model());
    if (now.keep() > 0 && !labels.isEmpty() && labels.size() <= MOST_ROWS) {
      model(id.model()).remember(name, id.number(), labels, now, clock.instant());
    }
  }

  /**
   * What came of feedback.
   *
   * @param version the version that had answered
   * @param right examples that it had answered rightly
   * @param labels what it had answered
   */
  public record Told(VersionId version, int right, List<String> labels) {}

  /**
   * Takes the truth of an earlier prediction in; told again, it takes the place of what was told
   * before.
   *
   * @param labels the true class of each example
   * @throws ServingException PREDICTION_NOT_FOUND, NAME_INVALID or PARAMETER_INVALID
   */
  public Told tell(ModelName model, String name, List<String> labels) {
    checkName(name);
    for (String label : labels) {
      if (label.isEmpty() || label.length() > LONGEST_LABEL) {
        throw invalid("expected labels of 1 to " + LONGEST_LABEL + " characters");
      }
    }
    FeedbackSettings now = settings.of(model);
    if (now.keep() == 0) {
      throw notFound(model, "takes no feedback; 'feedback.keep' in its gate.yaml switches it on");
    }
    ModelFeedback.Told told;
    try {
      told =
          model(model)
              .tell(name, labels, clock.instant())
              .orElseThrow(
                  () ->
                      notFound(
                          model,
                          "remembers no prediction of this request_id; it was never made, or waited"
                              + " for its time, or others came after it"));
    } catch (IllegalArgumentException otherCount) {
      throw invalid(String.valueOf(otherCount.getMessage()));
    }
    VersionId id = new VersionId(model, told.version());
    retraining.look(id, now, () -> report(id));
    return new Told(id, told.right(), told.labels());
  }

  /** What is known of a model's versions, the highest first. May wait for a store. */
  public List<VersionFeedback> report(ModelName model) {
    ModelFeedback known = models.get(model);
    return known == null
        ? List.of()
        : known.versions().stream()
            .map(number -> known(new VersionId(model, number)))
            .flatMap(Optional::stream)
            .toList();
  }

  /** What is known of a version; empty if nothing is. May wait for a store. */
  public Optional<VersionFeedback> known(VersionId id) {
    ModelFeedback known = models.get(id.model());
    return known != null && known.versions().contains(id.number())
        ? known.report(id.number(), references.of(id))
        : Optional.empty();
  }

  /** Predictions of a model that wait for their truth. */
  public int waiting(ModelName model) {
    ModelFeedback known = models.get(model);
    return known == null ? 0 : known.waiting();
  }

  private VersionFeedback report(VersionId id) {
    return known(id).orElse(VersionFeedback.none(id.number()));
  }

  private ModelFeedback model(ModelName name) {
    return models.computeIfAbsent(name, model -> new ModelFeedback());
  }

  private static ServingException notFound(ModelName model, String why) {
    return new ServingException(
        ErrorReason.PREDICTION_NOT_FOUND,
        "model '" + model + "' " + why,
        Map.of("model", model.id()));
  }

  private static ServingException invalid(String why) {
    return ServingException.ofViolations(
        List.of(new FieldViolation("labels", ErrorReason.PARAMETER_INVALID, why)));
  }
}
