package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import dev.millrace.server.boot.ServingRig.Outcome;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.ExecutionMode;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Callers who share runs, over a real socket and with real models. */
@Timeout(180)
final class BatchingIT {
  private static ServingRig rig;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    for (String model : List.of("shared", "padded", "patient", "single")) {
      SmallModels.doubling(folder.resolve("models").resolve(model).resolve("1"));
    }
    SmallModels.slow(folder.resolve("models/picky/1"), 2);
    SmallModels.slow(folder.resolve("models/wide/1"), 20);
    ServingRig.settings(folder, "shared", "batching: {max-size: 8}\n");
    ServingRig.settings(folder, "picky", "batching: {max-size: 8}\n");
    ServingRig.settings(folder, "padded", "batching: {max-size: 8, allowed-sizes: [4, 8]}\n");
    ServingRig.settings(folder, "patient", "batching: {max-size: 64, max-delay: 2s}\n");
    ServingRig.settings(folder, "single", "batching: {enabled: false}\n");
    ServingRig.settings(folder, "wide", "execution: all-cores\nbatching: {enabled: false}\n");
    rig = ServingRig.start(folder, 6, Map.of());
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @AfterEach
  void everythingComesToRest() {
    rig.awaitRest();
  }

  @Test
  void predict_manyCallersWhileTheWorkerIsBusy_shareRunsAndEachGetsItsRows() {
    assertEachGetsItsRows("shared");
  }

  @Test
  void predict_paddedSizes_eachCallerGetsItsRowsAndNoPadding() {
    assertEachGetsItsRows("padded");
  }

  @Test
  void predict_moreRowsThanARunTakes_isSplitAndJoinedInOrder() {
    double runs = rig.runs("shared");
    float[] values = new float[101];
    List<Float> doubled = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
      doubled.add(2f * i);
    }
    assertThat(rig.send(ServingRig.rows("shared", 2, values)).join().firsts()).isEqualTo(doubled);
    rig.awaitRest();
    assertThat(rig.runs("shared") - runs).isGreaterThanOrEqualTo(13);
  }

  @Test
  void predict_oneOfABatchIsRefusedByTheModel_itsNeighboursAreAnswered() {
    CompletableFuture<Outcome> blocked = rig.block();
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (float value : new float[] {1, 2, Float.NaN, 4}) {
      calls.add(rig.send(ServingRig.rows("picky", SmallModels.SLOW_WIDTH, value)));
    }
    rig.metrics.await(length -> length == 4, "millrace_queue_length");
    assertThat(blocked.join().status().isOk()).isTrue();
    assertThat(calls.get(0).join().firsts()).containsExactly(1f);
    assertThat(calls.get(1).join().firsts()).containsExactly(2f);
    assertThat(calls.get(3).join().firsts()).containsExactly(4f);
    Outcome refused = calls.get(2).join();
    assertThat(refused.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.detail(ErrorInfo.class).orElseThrow().getReason())
        .isEqualTo("VALUE_REJECTED");
  }

  @Test
  void predict_modelWithADelay_waitsForCompanyAndSharesTheRun() {
    double runs = rig.runs("patient");
    double rows = rig.rowsRun("patient");
    long start = System.nanoTime();
    CompletableFuture<Outcome> one = rig.send(ServingRig.rows("patient", 2, 1));
    CompletableFuture<Outcome> other = rig.send(ServingRig.rows("patient", 2, 2));
    assertThat(one.join().firsts()).containsExactly(2f);
    assertThat(other.join().firsts()).containsExactly(4f);
    assertThat(System.nanoTime() - start).isGreaterThan(1_900_000_000);
    rig.awaitRest();
    assertThat(rig.runs("patient") - runs).isEqualTo(1);
    assertThat(rig.rowsRun("patient") - rows).isEqualTo(2);
  }

  @Test
  void predict_delayLongerThanTheDeadline_isAnsweredInTime() {
    Outcome outcome = rig.send(ServingRig.rows("patient", 2, 1), 1_600_000).join();
    assertThat(outcome.status().isOk()).as("%s", outcome.status()).isTrue();
  }

  @Test
  void predict_batchingOff_everyRequestRunsByItself() {
    double runs = rig.runs("single");
    CompletableFuture<Outcome> blocked = rig.block();
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      calls.add(rig.send(ServingRig.rows("single", 2, i)));
    }
    rig.metrics.await(length -> length == 6, "millrace_queue_length");
    for (int i = 0; i < 6; i++) {
      assertThat(calls.get(i).join().firsts()).containsExactly(2f * i);
    }
    assertThat(blocked.join().status().isOk()).isTrue();
    rig.awaitRest();
    assertThat(rig.runs("single") - runs).isEqualTo(6);
  }

  @Test
  void predict_allCores_answersAndIsCutOffAtTheDeadline() {
    ModelVersion version =
        ModelServiceGrpc.newBlockingStub(rig.channel())
            .modelStatus(ModelStatusRequest.newBuilder().setModel("wide").build())
            .getModel()
            .getVersions(0);
    assertThat(version.getWarmUp().getExecution())
        .isEqualTo(ExecutionMode.EXECUTION_MODE_ALL_CORES);
    PredictRequest.Builder small = ServingRig.rows("wide", SmallModels.SLOW_WIDTH, 3);
    assertThat(rig.send(small).join().firsts()).containsExactly(3f);
    Outcome outcome = rig.send(ServingRig.heavy("wide"), 300_000).join();
    assertThat(outcome.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    rig.metrics.await(
        count -> count == 1,
        "millrace_requests_seconds_count",
        "model=\"wide\"",
        "code=\"DEADLINE_EXPIRED\"");
    assertThat(rig.metrics.value("millrace_dropped_total", "model=\"wide\"")).isZero();
    assertThat(rig.send(small).join().firsts()).containsExactly(3f);
  }

  private static void assertEachGetsItsRows(String model) {
    double runs = rig.runs(model);
    double rows = rig.rowsRun(model);
    CompletableFuture<Outcome> blocked = rig.block();
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      float[] values = new float[1 + i % 3];
      for (int row = 0; row < values.length; row++) {
        values[row] = 10 * i + row;
      }
      calls.add(rig.send(ServingRig.rows(model, 2, values)));
    }
    rig.metrics.await(length -> length == 9, "millrace_queue_length");
    for (int i = 0; i < 9; i++) {
      List<Float> answer = calls.get(i).join().firsts();
      assertThat(answer).hasSize(1 + i % 3);
      for (int row = 0; row < answer.size(); row++) {
        assertThat(answer.get(row)).isEqualTo(2f * (10 * i + row));
      }
    }
    assertThat(blocked.join().status().isOk()).isTrue();
    rig.awaitRest();
    assertThat(rig.rowsRun(model) - rows).isEqualTo(18);
    assertThat(rig.runs(model) - runs).isBetween(3.0, 4.0);
  }
}
