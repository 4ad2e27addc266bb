package dev.millrace.server.feedback;

import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What callers tell of earlier predictions. It remembers names of predictions and what was
 * answered, never what was asked: at most {@link FeedbackSettings#MOST_KEPT} of a model, {@link
 * #MOST_ROWS} answers each, and about 300 bytes for a prediction of one example. Counts begin anew
 * at a restart. Thread-safe.
 */
public final class Feedback {
  /** Most examples of a prediction that waits for feedback. */
  public static final int MOST_ROWS = 100;

  private static final int LONGEST_NAME = 128;
  private static final int LONGEST_LABEL = 256;
  // A change of the settings is seen so much later; the file is not read for each request.
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final Function<ModelName, FeedbackSettings> settings;
  private final Function<VersionId, Reference> references;
  private final Retraining retraining;
  private final InstantSource clock;
  private final Map<ModelName, ModelFeedback> models = new ConcurrentHashMap<>();
  private final Map<ModelName, Seen> known = new ConcurrentHashMap<>();

  private record Seen(FeedbackSettings settings, Instant until) {}

  /**
   * Feedback of which nothing is known yet.
   *
   * @param settings a model's settings; OFF for a model that takes none
   * @param references what a version answered when it was measured
   */
  public Feedback(
      Function<ModelName, FeedbackSettings> settings,
      Function<VersionId, Reference> references,
      Retraining retraining,
      InstantSource clock) {
    this.settings = settings;
    this.references = references;
    this.retraining = retraining;
    this.clock = clock;
  }

  /** True for a model of which answers are of interest. */
  public boolean takes(ModelName model) {
    return settings(model).keep() > 0;
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
    FeedbackSettings now = settings(id.model());
    if (now.keep() > 0 && !labels.isEmpty()) {
      model(id.model()).answered(id.number(), labels, confidence);
      retraining.look(id, now, () -> report(id));
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
    FeedbackSettings now = settings(id.model());
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
    FeedbackSettings now = settings(model);
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

  /** What is known of a model's versions, the highest first. */
  public List<VersionFeedback> report(ModelName model) {
    ModelFeedback known = models.get(model);
    return known == null ? List.of() : known.report();
  }

  /** Predictions of a model that wait for their truth. */
  public int waiting(ModelName model) {
    ModelFeedback known = models.get(model);
    return known == null ? 0 : known.waiting();
  }

  private VersionFeedback report(VersionId id) {
    return report(id.model()).stream()
        .filter(one -> one.version() == id.number())
        .findFirst()
        .orElse(
            new VersionFeedback(
                id.number(), 0, new Share(0, 0), Double.NaN, Double.NaN, Double.NaN));
  }

  private ModelFeedback model(ModelName name) {
    return models.computeIfAbsent(
        name, model -> new ModelFeedback(number -> references.apply(new VersionId(model, number))));
  }

  private FeedbackSettings settings(ModelName model) {
    Instant now = clock.instant();
    Seen seen = known.get(model);
    if (seen == null || !seen.until().isAfter(now)) {
      seen = new Seen(settings.apply(model), now.plus(FRESH));
      known.put(model, seen);
    }
    return seen.settings();
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
