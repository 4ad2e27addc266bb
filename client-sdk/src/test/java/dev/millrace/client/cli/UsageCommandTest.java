package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.millrace.v1.BudgetStatus;
import dev.millrace.v1.GetUsageRequest;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.Usage;
import dev.millrace.v1.UsageDimension;
import dev.millrace.v1.UsageServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code millrace usage} against a real gRPC server. */
@Timeout(60)
final class UsageCommandTest {
  private final FakeUsage usage = new FakeUsage();
  private CommandRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = CommandRig.start(usage);
  }

  @AfterEach
  void stop() throws InterruptedException {
    rig.close();
  }

  @Test
  void usage_byDefault_asksByModelAndDayAndPrintsEachPage() {
    assertThat(rig.run("usage")).isZero();
    assertThat(usage.asked).hasSize(2);
    assertThat(usage.asked.get(0).getGroupByList())
        .containsExactly(UsageDimension.USAGE_DIMENSION_MODEL, UsageDimension.USAGE_DIMENSION_DAY);
    assertThat(usage.asked.get(0).hasStartTime()).isFalse();
    assertThat(usage.asked.get(1).getPageToken()).isEqualTo("more");
    assertThat(rig.out().lines().toList())
        .hasSize(6)
        .anyMatch(line -> line.matches("2026-02-01 +mnist +3 +12 +96 +48 +1.500 s .*2.5000 EUR"))
        .contains("budget of alice: 8.00 of 10.00 EUR, nearly spent")
        .contains("budget of =bob: 10.00 of 10.00 EUR, spent until 2026-03-01T00:00:00Z");
  }

  @Test
  void usage_everyOption_isInTheQuestion() {
    assertThat(
            rig.run(
                "usage",
                "--by",
                "caller,version,HOUR",
                "--since",
                "2026-02-01",
                "--until",
                "2026-02-02T12:00Z",
                "--caller",
                "alice",
                "--model",
                "mnist"))
        .isZero();
    GetUsageRequest asked = usage.asked.get(0);
    assertThat(asked.getGroupByList())
        .containsExactly(
            UsageDimension.USAGE_DIMENSION_CALLER,
            UsageDimension.USAGE_DIMENSION_VERSION,
            UsageDimension.USAGE_DIMENSION_HOUR);
    assertThat(asked.getStartTime()).isEqualTo(time("2026-02-01T00:00:00Z"));
    assertThat(asked.getEndTime()).isEqualTo(time("2026-02-02T12:00:00Z"));
    assertThat(asked.getCaller()).isEqualTo("alice");
    assertThat(asked.getModel()).isEqualTo("mnist");
    assertThat(rig.out()).contains("2026-02-01T00:00Z", "alice", "CALLER");
  }

  @Test
  void usage_csv_isATableWhoseNamesNoSpreadsheetRuns() {
    assertThat(rig.run("usage", "--csv")).isZero();
    assertThat(rig.out())
        .isEqualTo(
            "time,caller,model,version,requests,examples,bytes_in,bytes_out,compute_seconds,"
                + "training_seconds,saved_seconds,cost,currency\r\n"
                + "2026-02-01T00:00:00Z,alice,mnist,2,3,12,96,48,1.500000000,0.000000000,"
                + "0.250000000,2.5,EUR\r\n"
                + "2026-02-02T00:00:00Z,\"'=bob,\"\"x\"\"\",mnist,0,0,0,0,0,0.000000000,"
                + "60.000000000,0.000000000,0.0,EUR\r\n");
  }

  @Test
  void usage_json_isOneLine() {
    assertThat(rig.run("usage", "--output", "json")).isZero();
    assertThat(rig.out().lines().toList())
        .hasSize(1)
        .first()
        .asString()
        .contains(
            "\"currency\":\"EUR\"",
            "\"caller\":\"alice\"",
            "\"compute_seconds\":1.5",
            "\"training_seconds\":60.0",
            "\"exhausted\":true");
  }

  @Test
  void usage_wrongOptions_sayWhatTheyTake() {
    assertThat(rig.run("usage", "--by", "week")).isEqualTo(2);
    assertThat(rig.run("usage", "--since", "yesterday")).isEqualTo(2);
    assertThat(rig.err())
        .contains("--by takes caller, model, version, hour and day")
        .contains("--since takes a day or a time such as 2026-01-31");
  }

  private static Timestamp time(String text) {
    return Timestamp.newBuilder().setSeconds(Instant.parse(text).getEpochSecond()).build();
  }

  private static final class FakeUsage extends UsageServiceGrpc.UsageServiceImplBase {
    private final List<GetUsageRequest> asked = new ArrayList<>();

    @Override
    public void getUsage(GetUsageRequest request, StreamObserver<GetUsageResponse> observer) {
      asked.add(request);
      observer.onNext(request.getPageToken().isEmpty() ? first() : second());
      observer.onCompleted();
    }

    private static GetUsageResponse first() {
      return GetUsageResponse.newBuilder()
          .setCurrency("EUR")
          .setNextPageToken("more")
          .addUsage(
              Usage.newBuilder()
                  .setTime(time("2026-02-01T00:00:00Z"))
                  .setCaller("alice")
                  .setModel("models/mnist")
                  .setVersion(2)
                  .setRequests(3)
                  .setExamples(12)
                  .setBytesIn(96)
                  .setBytesOut(48)
                  .setComputeTime(Duration.newBuilder().setSeconds(1).setNanos(500_000_000))
                  .setSavedTime(Duration.newBuilder().setNanos(250_000_000))
                  .setCost(2.5))
          .build();
    }

    private static GetUsageResponse second() {
      return GetUsageResponse.newBuilder()
          .setCurrency("EUR")
          .addUsage(
              Usage.newBuilder()
                  .setTime(time("2026-02-02T00:00:00Z"))
                  .setCaller("=bob,\"x\"")
                  .setModel("models/mnist")
                  .setTrainingTime(Duration.newBuilder().setSeconds(60)))
          .addBudgets(
              BudgetStatus.newBuilder()
                  .setCaller("=bob")
                  .setBudget(10)
                  .setSpent(10)
                  .setWarned(true)
                  .setExhausted(true)
                  .setRenewTime(time("2026-03-01T00:00:00Z")))
          .addBudgets(
              BudgetStatus.newBuilder()
                  .setCaller("alice")
                  .setBudget(10)
                  .setSpent(8)
                  .setWarned(true))
          .build();
    }
  }
}
