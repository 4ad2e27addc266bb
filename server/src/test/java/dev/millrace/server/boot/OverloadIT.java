package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.boot.ServingRig.Outcome;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.KserveDoor;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.server.testing.TfServingDoor;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Priority;
import io.grpc.Metadata;
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

/** Deadlines, cancellation and admission over a real socket, while the only worker is busy. */
@Timeout(180)
final class OverloadIT {
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  private static ServingRig rig;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    for (String model : List.of("quick", "narrow", "thin")) {
      SmallModels.doubling(folder.resolve("models").resolve(model).resolve("1"));
    }
    SmallModels.slow(folder.resolve("models/slow/1"), 600);
    ServingRig.settings(folder, "slow", "execution: per-core\nbatching: {max-size: 1}\n");
    ServingRig.settings(folder, "narrow", "admission: {max-requests: 10}\n");
    ServingRig.settings(folder, "thin", "admission: {max-size: 80}\n");
    rig = ServingRig.start(folder, 4, Map.of(ServeOption.MAX_INPUT_SIZE, "12MiB"));
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
  void predict_expiredInTheQueue_neverRunsAndIsCountedAsSaved() {
    double runs = rig.runs("quick");
    double saved = saved("quick");
    double dropped = dropped("quick", "expired");
    CompletableFuture<Outcome> blocked = rig.block();
    Outcome outcome = rig.send(quick("quick", 1), 150_000).join();
    assertThat(outcome.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(blocked.join().status().isOk()).isTrue();
    rig.awaitRest();
    assertThat(dropped("quick", "expired")).isEqualTo(dropped + 1);
    assertThat(saved("quick")).isGreaterThan(saved);
    assertThat(rig.runs("quick")).isEqualTo(runs);
  }

  @Test
  void predict_cancelledInTheQueue_neverRunsAndIsCountedAsSaved() {
    double runs = rig.runs("quick");
    double saved = saved("quick");
    double dropped = dropped("quick", "cancelled");
    CompletableFuture<Outcome> blocked = rig.block();
    CompletableFuture<Outcome> gone = rig.send(quick("quick", 1));
    rig.metrics.await(length -> length == 1, "millrace_queue_length");
    gone.cancel(true);
    assertThat(blocked.join().status().isOk()).isTrue();
    rig.awaitRest();
    assertThat(dropped("quick", "cancelled")).isEqualTo(dropped + 1);
    assertThat(saved("quick")).isGreaterThan(saved);
    assertThat(rig.runs("quick")).isEqualTo(runs);
  }

  @Test
  void predict_deadlineNearerThanARun_isRefusedAtOnceByTheServer() {
    double runs = rig.runs("slow");
    double dropped = dropped("slow", "too_late");
    Outcome outcome = rig.send(ServingRig.rows("slow", SmallModels.SLOW_WIDTH, 1), 30_000).join();
    assertThat(outcome.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(outcome.detail(ErrorInfo.class).orElseThrow().getReason())
        .isEqualTo("DEADLINE_EXPIRED");
    assertThat(dropped("slow", "too_late")).isEqualTo(dropped + 1);
    assertThat(rig.runs("slow")).isEqualTo(runs);
  }

  @Test
  void predict_deadlinePassesDuringTheRun_isCountedAsWasted() {
    double wasted = rig.metrics.value("millrace_work_wasted_seconds_total", "why=\"expired\"");
    for (int i = 0; i < 40; i++) {
      rig.send(ServingRig.rows("blocker", SmallModels.SLOW_WIDTH, 1)).join();
    }
    Outcome outcome = rig.send(ServingRig.heavy("blocker"), 300_000).join();
    assertThat(outcome.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    rig.metrics.await(
        now -> now > wasted + 0.3, "millrace_work_wasted_seconds_total", "why=\"expired\"");
  }

  @Test
  void predict_queueFullInRequests_refusesTheLowFirstAndSaysWhenToComeBack() {
    CompletableFuture<Outcome> blocked = rig.block();
    List<CompletableFuture<Outcome>> taken = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      taken.add(rig.send(quick("narrow", i)));
    }
    rig.metrics.await(length -> length == 5, "millrace_queue_length");
    assertOverloaded(rig.send(quick("narrow", 9), Priority.PRIORITY_LOW).join());
    for (int i = 5; i < 10; i++) {
      taken.add(rig.send(quick("narrow", i)));
    }
    rig.metrics.await(length -> length == 10, "millrace_queue_length");
    long start = System.nanoTime();
    Outcome refused = rig.send(quick("narrow", 9)).join();
    System.out.printf("refused after %d us%n", (System.nanoTime() - start) / 1000);
    assertOverloaded(refused);
    assertThat(blocked).as("refused while the worker is busy").isNotDone();
    for (int i = 0; i < taken.size(); i++) {
      assertThat(taken.get(i).join().firsts()).containsExactly(2f * i);
    }
    assertThat(rig.metrics.value("millrace_shed_total", "model=\"narrow\"")).isEqualTo(2);
  }

  @Test
  void predict_queueFullInBytes_isOverloaded() {
    CompletableFuture<Outcome> blocked = rig.block();
    CompletableFuture<Outcome> taken = rig.send(quick("thin", 1, 2, 3, 4, 5, 6));
    rig.metrics.await(length -> length > 0, "millrace_queue_length");
    assertOverloaded(rig.send(quick("thin", 1, 2, 3, 4, 5)).join());
    CompletableFuture<Outcome> small = rig.send(quick("thin", 7, 8, 9, 10));
    assertThat(taken.join().firsts()).containsExactly(2f, 4f, 6f, 8f, 10f, 12f);
    assertThat(small.join().firsts()).containsExactly(14f, 16f, 18f, 20f);
    assertThat(blocked.join().status().isOk()).isTrue();
  }

  @Test
  void predict_queueFull_isToldByTheForeignWiresInTheirWords() {
    CompletableFuture<Outcome> blocked = rig.block();
    CompletableFuture<Outcome> taken = rig.send(quick("thin", 1, 2, 3, 4, 5, 6));
    rig.metrics.await(length -> length > 0, "millrace_queue_length");
    PredictRequest more = quick("thin", 1, 2, 3, 4, 5).build();
    DoorRig.assertRefused(
        () ->
            GRPCInferenceServiceGrpc.newBlockingStub(rig.channel())
                .modelInfer(KserveDoor.encode(more, false)),
        Status.Code.UNAVAILABLE,
        "Exceeds maximum queue size: requests of 48 bytes wait for this model; try again soon");
    DoorRig.assertRefused(
        () ->
            PredictionServiceGrpc.newBlockingStub(rig.channel())
                .predict(TfServingDoor.encode(more, true)),
        Status.Code.UNAVAILABLE,
        "requests of 48 bytes wait for this model; try again soon");
    assertThat(taken.join().status().isOk()).isTrue();
    assertThat(blocked.join().status().isOk()).isTrue();
  }

  @Test
  void predict_serverHoldsItsMostBytes_otherModelsAreRefusedToo() {
    CompletableFuture<Outcome> blocked = rig.block();
    Outcome refused = rig.send(ServingRig.heavy("slow")).join();
    assertOverloaded(refused);
    assertThat(refused.status().getDescription()).contains("as many bytes");
    CompletableFuture<Outcome> small = rig.send(quick("quick", 3));
    assertThat(small.join().firsts()).containsExactly(6f);
    assertThat(blocked.join().status().isOk()).isTrue();
  }

  @Test
  void predict_stormOfEverything_allAreAnsweredAndNothingIsHeldAfterwards() {
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      Priority priority = Priority.forNumber(i % 4);
      CompletableFuture<Outcome> call =
          switch (i % 5) {
            case 0 -> rig.send(quick("narrow", i), priority);
            case 1 -> rig.send(quick("quick", i), 1 + 997L * (i % 50));
            case 2 -> rig.send(ServingRig.rows("blocker", SmallModels.SLOW_WIDTH, 1), 20_000);
            default -> rig.send(quick("quick", i), priority);
          };
      calls.add(call);
      if (i % 7 == 0) {
        call.cancel(true);
      }
    }
    for (CompletableFuture<Outcome> call : calls) {
      if (!call.isCancelled()) {
        assertThat(call.join().status().getCode())
            .isIn(Status.Code.OK, Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
      }
    }
    rig.awaitRest();
    assertThat(rig.metrics.value("millrace_requests_seconds_count", "code=\"INTERNAL\"")).isZero();
  }

  private static PredictRequest.Builder quick(String model, float... values) {
    return ServingRig.rows(model, 2, values);
  }

  private static void assertOverloaded(Outcome outcome) {
    assertThat(outcome.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(outcome.detail(ErrorInfo.class).orElseThrow().getReason()).isEqualTo("OVERLOADED");
    RetryInfo retry = outcome.detail(RetryInfo.class).orElseThrow();
    String pushback = outcome.trailers().get(PUSHBACK);
    assertThat(pushback).isNotNull();
    assertThat(Long.parseLong(pushback))
        .isBetween(1L, 2000L)
        .isEqualTo(
            retry.getRetryDelay().getSeconds() * 1000
                + retry.getRetryDelay().getNanos() / 1_000_000);
  }

  private static double dropped(String model, String why) {
    return rig.metrics.value(
        "millrace_dropped_total", "model=\"" + model + "\"", "why=\"" + why + "\"");
  }

  private static double saved(String model) {
    return rig.metrics.value("millrace_work_saved_seconds_total", "model=\"" + model + "\"");
  }
}
