package dev.millrace.server.inference.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.recording.RecordObserver.Outcome;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.RequestLogSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.PuppetExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Which requests are recorded, and what happens when too many are. */
final class RequestLogTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final VersionId VERSION = new VersionId(MODEL, 3);

  private final List<RecordedRequest> written = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final PuppetExecutor writer = new PuppetExecutor();
  private RequestLogSettings settings = with(1, Set.of(), true);
  private double random;
  private boolean diskFull;
  private boolean tooLarge;

  @Test
  void predict_answered_isRecordedByTheWriter() throws Exception {
    InferenceResponse response = answer(8);

    assertThat(predictor(CompletableFuture.completedFuture(response)).predict(request(4)))
        .isCompletedWithValue(response);

    assertThat(written).isEmpty();
    writer.runAll();
    assertThat(written).hasSize(1);
    RecordedRequest record = written.get(0);
    assertThat(record.version()).isEqualTo(VERSION);
    assertThat(record.signature()).isEqualTo("serve");
    assertThat(record.inputs()).containsOnlyKeys("x", "address");
    assertThat(record.outputs()).containsOnlyKeys("y", "echo");
    assertThat(record.wanted()).containsExactly("y", "echo");
    assertThat(record.sample()).isEqualTo(1);
    assertThat(record.bytes()).isEqualTo(4 + 4 + 8 + 8);
    assertThat(outcomes).containsExactly(Outcome.WRITTEN);
  }

  @Test
  void predict_tensorsOfTheRequest_areHandedOverAndNotCopied() {
    InferenceRequest request = request(4);
    predictor(CompletableFuture.completedFuture(answer(8))).predict(request);
    writer.runAll();

    assertThat(written.get(0).inputs().get("x")).isSameAs(request.inputs().get("x"));
  }

  @Test
  void predict_namesLeftOut_areNotThere() {
    settings = with(1, Set.of("address", "echo"), true);
    predictor(CompletableFuture.completedFuture(answer(8))).predict(request(4));
    writer.runAll();

    assertThat(written.get(0).inputs()).containsOnlyKeys("x");
    assertThat(written.get(0).outputs()).containsOnlyKeys("y");
    assertThat(written.get(0).wanted()).containsExactly("y");
  }

  @Test
  void predict_withoutAnswers_recordsTheRequestAlone() {
    settings = with(1, Set.of(), false);
    predictor(CompletableFuture.completedFuture(answer(8))).predict(request(4));
    writer.runAll();

    assertThat(written.get(0).outputs()).isEmpty();
    assertThat(written.get(0).inputs()).isNotEmpty();
  }

  @Test
  void predict_failed_isNotRecorded() {
    ServingException refusal = new ServingException(ErrorReason.VALUE_REJECTED, "no");

    assertThat(predictor(CompletableFuture.failedFuture(refusal)).predict(request(4)))
        .isCompletedExceptionally();

    writer.runAll();
    assertThat(written).isEmpty();
    assertThat(outcomes).isEmpty();
  }

  @Test
  void predict_ofWhatIsReplayed_isNotRecordedAgain() {
    predictor(CompletableFuture.completedFuture(answer(8)))
        .predict(request(4, RequestLog.REPLAYED));

    writer.runAll();
    assertThat(written).isEmpty();
  }

  @Test
  void predict_switchedOff_isNotRecorded() {
    settings = RequestLogSettings.OFF;
    predictor(CompletableFuture.completedFuture(answer(8))).predict(request(4));
    writer.runAll();

    assertThat(written).isEmpty();
    assertThat(outcomes).isEmpty();
  }

  @Test
  void predict_sampled_recordsTheShare() {
    settings = with(0.25, Set.of(), true);
    var predictor = predictor(CompletableFuture.completedFuture(answer(8)));
    for (double drawn : new double[] {0, 0.2499, 0.25, 0.9}) {
      random = drawn;
      predictor.predict(request(4));
    }
    writer.runAll();

    assertThat(written).hasSize(2);
  }

  @Test
  void predict_tooManyWaiting_dropsAndCounts() {
    var predictor = predictor(CompletableFuture.completedFuture(answer(8)));
    for (int i = 0; i < 5; i++) {
      predictor.predict(request(4));
    }
    assertThat(outcomes).containsExactly(Outcome.DROPPED, Outcome.DROPPED);
    writer.runAll();
    predictor.predict(request(4));
    writer.runAll();

    assertThat(written).hasSize(4);
    assertThat(outcomes).filteredOn(Outcome.WRITTEN::equals).hasSize(4);
  }

  @Test
  void predict_tooManyBytesWaiting_dropsAndCounts() {
    var predictor = predictor(CompletableFuture.completedFuture(answer(80)));
    predictor.predict(request(400));
    predictor.predict(request(400));
    writer.runAll();

    assertThat(outcomes).containsExactly(Outcome.DROPPED, Outcome.DROPPED);
    predictor.predict(request(40));
    writer.runAll();
    assertThat(written).hasSize(1);
  }

  @Test
  void write_diskFullOrTooLarge_isCountedAndGivesItsPlaceBack() {
    var predictor = predictor(CompletableFuture.completedFuture(answer(8)));
    diskFull = true;
    for (int i = 0; i < 10; i++) {
      predictor.predict(request(4));
      writer.runAll();
    }
    diskFull = false;
    tooLarge = true;
    predictor.predict(request(4));
    writer.runAll();
    tooLarge = false;
    predictor.predict(request(4));
    writer.runAll();

    assertThat(outcomes).filteredOn(Outcome.FAILED::equals).hasSize(10);
    assertThat(outcomes).endsWith(Outcome.FAILED, Outcome.DROPPED, Outcome.WRITTEN);
  }

  @Test
  void write_switchedOffMeanwhile_writesNothing() {
    predictor(CompletableFuture.completedFuture(answer(8))).predict(request(4));
    settings = RequestLogSettings.OFF;
    writer.runAll();

    assertThat(written).isEmpty();
    assertThat(outcomes).containsExactly(Outcome.DROPPED);
  }

  @Test
  void predict_serverStops_answersAllTheSame() {
    RequestLog stopped =
        new RequestLog(
            model -> settings,
            this::write,
            new RequestLog.Limits(3, 500),
            task -> {
              throw new RejectedExecutionException();
            },
            (model, outcome) -> outcomes.add(outcome),
            () -> random);
    InferenceResponse response = answer(8);

    for (int i = 0; i < 5; i++) {
      assertThat(
              new LoggedPredictor(request -> CompletableFuture.completedFuture(response), stopped)
                  .predict(request(4)))
          .isCompletedWithValue(response);
    }
    assertThat(outcomes).hasSize(5).containsOnly(Outcome.DROPPED);
  }

  @Test
  void predict_defectOfTheLog_doesNotReachTheCaller() {
    RequestLog broken =
        new RequestLog(
            model -> {
              throw new IllegalStateException("a defect");
            },
            this::write,
            new RequestLog.Limits(3, 500),
            writer,
            (model, outcome) -> outcomes.add(outcome),
            () -> random);
    InferenceResponse response = answer(8);

    assertThat(
            new LoggedPredictor(request -> CompletableFuture.completedFuture(response), broken)
                .predict(request(4)))
        .isCompletedWithValue(response);
  }

  private LoggedPredictor predictor(CompletableFuture<InferenceResponse> answer) {
    return new LoggedPredictor(
        request -> answer,
        new RequestLog(
            model -> settings,
            this::write,
            new RequestLog.Limits(3, 500),
            writer,
            (model, outcome) -> outcomes.add(outcome),
            () -> random));
  }

  private boolean write(RecordedRequest record, RequestLogSettings now) throws IOException {
    if (diskFull) {
      throw new IOException("no space left");
    }
    return !tooLarge && written.add(record);
  }

  private static RequestLogSettings with(double sample, Set<String> leaveOut, boolean answers) {
    return new RequestLogSettings(sample, leaveOut, answers, 1 << 20, 1 << 20, Duration.ofHours(1));
  }

  private static InferenceRequest request(int bytes) {
    return request(bytes, "");
  }

  private static InferenceRequest request(int bytes, String name) {
    return new InferenceRequest(
        new ModelReference(MODEL, new VersionChoice.Latest()),
        "serve",
        Map.of("x", tensor(bytes), "address", tensor(bytes)),
        List.of("y", "echo"),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN,
        "",
        name);
  }

  private static InferenceResponse answer(int bytes) {
    return new InferenceResponse(
        VERSION, "serve", Map.of("y", tensor(bytes), "echo", tensor(bytes)));
  }

  private static TensorData tensor(int bytes) {
    return TensorData.ofBytes(DataType.UINT8, Shape.of(bytes), ByteBuffer.allocate(bytes));
  }
}
