package dev.millrace.server.evaluation.subject;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a version for the classes of pictures, one request at a time and behind all other requests;
 * one that is shed under overload is sent again. For use by one thread.
 */
public final class Scorer {
  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_OVERLOAD = Duration.ofMinutes(10);

  private final Predictor predictor;
  private final Subject subject;
  private final Caller caller;
  private final BooleanSupplier cancelled;
  private final Pauses pauses;
  private final LongSupplier nanoTime;
  private @Nullable Boolean probabilities;

  /**
   * A scorer.
   *
   * @param caller who asks
   * @param cancelled true once the answers are of no use any more
   * @param pauses lets time pass while the server is overloaded
   * @param nanoTime measures time that passes, in nanoseconds
   */
  public Scorer(
      Predictor predictor,
      Subject subject,
      Caller caller,
      BooleanSupplier cancelled,
      Pauses pauses,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.predictor = predictor;
    this.subject = subject;
    this.caller = caller;
    this.cancelled = cancelled;
    this.pauses = pauses;
  }

  /** What is asked. */
  public Subject subject() {
    return subject;
  }

  /**
   * Probabilities of classes, row-major.
   *
   * @param pixels brightness in 0..1, one picture after the other
   * @param count how many pictures, at least 1
   * @throws ServingException CALLER_CANCELLED, EVALUATION_UNFIT if the answer has no value for each
   *     class, or what the version answers
   */
  public float[] probabilities(float[] pixels, int count) throws InterruptedException {
    return timed(pixels, count).probabilities();
  }

  /**
   * What one request told.
   *
   * @param probabilities of classes, row-major
   * @param nanos how long it took
   */
  public record Scores(float[] probabilities, long nanos) {}

  /** The same as {@link #probabilities}, with its time. */
  public Scores timed(float[] pixels, int count) throws InterruptedException {
    return timed(subject.form().encode(pixels, count), count, List.of());
  }

  /**
   * Probabilities of the classes of examples.
   *
   * @param rows the examples, [count, ...]
   * @param labels what the classes are called; a version that tells labels must call them the same,
   *     and nothing is checked when there are none
   * @throws ServingException as {@link #probabilities}; also EVALUATION_UNFIT if the version calls
   *     its classes otherwise
   */
  public Scores timed(TensorData rows, int count, List<String> labels) throws InterruptedException {
    List<String> outputs = new ArrayList<>(List.of(subject.output()));
    if (!labels.isEmpty()) {
      subject.labelOutput().ifPresent(outputs::add);
    }
    long start = nanoTime.getAsLong();
    Map<String, TensorData> answers =
        ask(subject.signature(), Map.of(subject.input(), rows), outputs);
    long took = nanoTime.getAsLong() - start;
    float[] values = read(answers, count);
    if (outputs.size() > 1) {
      requireSame(answers.get(outputs.get(1)), values, labels);
    }
    return new Scores(values, took);
  }

  /** Otherwise a version that counts its classes in another order would seem to know nothing. */
  private void requireSame(@Nullable TensorData told, float[] values, List<String> labels) {
    int count = told == null ? 0 : (int) told.shape().elementCount();
    int classes = count == 0 ? 0 : values.length / count;
    for (int row = 0; row < count; row++) {
      int best = 0;
      for (int i = 1; i < classes; i++) {
        best = values[row * classes + i] > values[row * classes + best] ? i : best;
      }
      String label =
          StandardCharsets.UTF_8
              .decode(Objects.requireNonNull(told).strings().get(row).duplicate())
              .toString();
      if (best >= labels.size() || !labels.get(best).equals(label)) {
        throw new ServingException(
            ErrorReason.EVALUATION_UNFIT,
            subject.version()
                + " cannot be measured on this dataset: its class "
                + best
                + " is '"
                + FieldPath.shown(label)
                + "', the dataset's is "
                + (best < labels.size() ? "'" + FieldPath.shown(labels.get(best)) + "'" : "none"));
      }
    }
  }

  private float[] read(Map<String, TensorData> answers, int count) {
    TensorData answer = Optional.ofNullable(answers.get(subject.output())).orElseThrow();
    float[] values;
    try {
      values = ClassScores.read(answer);
    } catch (IllegalArgumentException unfit) {
      throw unfit(answer);
    }
    int classes = (int) answer.shape().size(1);
    if (answer.shape().size(0) != count) {
      throw unfit(answer);
    }
    // Told by the first answer, so that all of them are read in one way.
    if (probabilities == null) {
      probabilities = ClassScores.areProbabilities(values, classes);
    }
    if (!probabilities) {
      ClassScores.softmax(values, classes);
    }
    return values;
  }

  /**
   * Where the loss of each picture grows, as the sign for each pixel: -1, 0 or 1.
   *
   * @param labels class of each picture
   * @throws ServingException as {@link #probabilities}
   */
  public float[] lossSigns(GradientSignature gradients, float[] pixels, int[] labels)
      throws InterruptedException {
    TensorData rows = subject.form().encode(pixels, labels.length);
    String wanted =
        gradients.hasLoss() ? GradientSignature.LOSS_GRADIENTS : GradientSignature.GRADIENTS;
    TensorData answer =
        Optional.ofNullable(
                ask(GradientSignature.NAME, gradients.inputs(rows, labels), List.of(wanted))
                    .get(wanted))
            .orElseThrow();
    ByteBuffer bytes = answer.bytes();
    float[] signs = new float[labels.length * subject.pictureSize()];
    if (answer.shape().elementCount() != signs.length) {
      throw unfit(answer);
    }
    for (int i = 0; i < signs.length; i++) {
      // The loss grows where the probability falls.
      float sign = Math.signum(bytes.getFloat());
      signs[i] = gradients.hasLoss() ? sign : -sign;
    }
    return signs;
  }

  private Map<String, TensorData> ask(
      String signature, Map<String, TensorData> inputs, List<String> outputs)
      throws InterruptedException {
    InferenceRequest request =
        new InferenceRequest(
            new ModelReference(
                subject.version().model(), new VersionChoice.Exact(subject.version().number())),
            signature,
            inputs,
            outputs,
            Deadline.NONE,
            cancelled,
            Priority.LOW,
            caller);
    Duration waited = Duration.ZERO;
    while (true) {
      if (cancelled.getAsBoolean()) {
        throw new ServingException(ErrorReason.CALLER_CANCELLED, "the evaluation was cancelled");
      }
      try {
        return predictor.predict(request).toCompletableFuture().get().outputs();
      } catch (ExecutionException failed) {
        ServingException error = serving(failed);
        if (error.reason() != ErrorReason.OVERLOADED || waited.compareTo(LONGEST_OVERLOAD) >= 0) {
          throw error;
        }
        Duration asked = error.retryAfter().orElse(LEAST_PAUSE);
        Duration pause = asked.compareTo(LEAST_PAUSE) > 0 ? asked : LEAST_PAUSE;
        pauses.pause(pause);
        waited = waited.plus(pause);
      }
    }
  }

  private static ServingException serving(ExecutionException failed) {
    Throwable cause = failed.getCause();
    while (cause != null && !(cause instanceof ServingException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof ServingException known
        ? known
        : new ServingException(ErrorReason.INTERNAL, "the version failed; the log tells more")
            .causedBy(failed);
  }

  private ServingException unfit(TensorData answer) {
    return new ServingException(
        ErrorReason.EVALUATION_UNFIT,
        subject.version()
            + " cannot be measured: output '"
            + subject.output()
            + "' is "
            + answer
            + ", not [batch, classes]; name another one as 'output'");
  }
}
