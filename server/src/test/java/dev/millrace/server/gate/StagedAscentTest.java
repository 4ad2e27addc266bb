package dev.millrace.server.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.rollout.CanaryCounts;
import dev.millrace.server.rollout.TrafficControl;
import dev.millrace.server.testing.MemoryRegistryStore;
import dev.millrace.server.testing.PuppetClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StagedAscentTest {
  private static final GatePolicy POLICY =
      PolicyFile.parse(
          """
          promote: shadow-then-canary
          shadow: {share: 0.5, examples: 100, min-agreement: 0.9}
          canary: {share: 0.2, requests: 50, max-error-rate: 0.1, patience: 1h}
          """);
  private static final VersionId VERSION = Figures.version(2);

  private final PuppetClock clock = new PuppetClock();
  private final Registry registry = new Registry(new MemoryRegistryStore(), clock);
  private final CanaryCounts counts = new CanaryCounts();
  private final List<String> heard = new ArrayList<>();
  private final List<String> promoted = new ArrayList<>();
  private Optional<Copies> copies = Optional.empty();
  private final StagedAscent ascent =
      new StagedAscent(
          new DirectAscent(
              registry,
              (id, from, reason, evidence) -> {
                promoted.add(id.number() + " in place of " + from + ": " + reason);
                return CompletableFuture.completedFuture(null);
              }),
          registry,
          new StageTraffic(
              registry, new TrafficControl(registry, model -> Set.of(1L, 2L, 3L), id -> true)),
          model -> copies,
          counts,
          clock);

  StagedAscentTest() {
    promote(1);
  }

  @Test
  void begin_aVersionThatDoesWell_goesByShadowAndCanaryToTheChampionsPlace() {
    begin(JudgementState.PROMOTING);
    assertThat(traffic().shadow()).contains(new Shadow(2, 0.5));
    copies = Optional.of(new Copies(2, 99, 99, 99, 0));
    ascent.tick();
    assertThat(traffic().canaries()).isEmpty();

    copies = Optional.of(new Copies(2, 100, 95, 100, 0));
    ascent.tick();
    assertThat(traffic()).isEqualTo(new Traffic(List.of(new Canary(2, 0.2)), Optional.empty()));
    answer(49);
    ascent.tick();
    assertThat(promoted).isEmpty();
    answer(1);
    ascent.tick();
    assertThat(promoted)
        .containsExactly("2 in place of 1: passed the gate and answered 50 of 50 callers");
    assertThat(traffic()).isEqualTo(Traffic.CHAMPION_ALONE);
    assertThat(heard)
        .containsExactly(
            "SHADOWING: answers copies of requests until 100 were compared",
            "CANARYING: agreed with the champion on 0.9500; answers a share of the callers until it"
                + " has had 50",
            "PROMOTED: passed the gate and answered 50 of 50 callers");
    ascent.tick();
    assertThat(heard).hasSize(3);
  }

  @Test
  void shadow_thatDisagreesFailsOrHasNoCallers_isStopped() {
    begin(JudgementState.PROMOTING);
    copies = Optional.of(new Copies(2, 100, 80, 100, 0));
    ascent.tick();
    assertThat(heard)
        .last()
        .isEqualTo(
            "STOPPED: passed the gate, and then agreed with the champion on 0.8000 of 100 examples,"
                + " not at least 0.9000");
    assertThat(traffic()).isEqualTo(Traffic.CHAMPION_ALONE);

    begin(JudgementState.PROMOTING);
    copies = Optional.of(new Copies(2, 100, 100, 100, 50));
    ascent.tick();
    assertThat(heard)
        .last()
        .isEqualTo("STOPPED: passed the gate, and then failed 50 of its copies");

    begin(JudgementState.PROMOTING);
    copies = Optional.empty();
    ascent.tick();
    clock.advance(Duration.ofHours(1));
    ascent.tick();
    assertThat(heard)
        .last()
        .isEqualTo("STOPPED: passed the gate, and then only 0 examples were compared in time");
    assertThat(promoted).isEmpty();
  }

  @Test
  void canary_thatFailsCallers_isStoppedBeforeItHasHadThemAll() {
    begin(JudgementState.CANARYING);
    assertThat(traffic().canaries()).containsExactly(new Canary(2, 0.2));
    answer(10);
    fail(ErrorReason.INPUT_MISSING, 5);
    fail(ErrorReason.OVERLOADED, 30);
    ascent.tick();
    assertThat(heard).last().asString().startsWith("CANARYING");
    fail(ErrorReason.INTERNAL, 1);
    ascent.tick();
    assertThat(heard).last().isEqualTo("STOPPED: passed the gate, and then failed 6 of 16 callers");
    assertThat(traffic()).isEqualTo(Traffic.CHAMPION_ALONE);
    assertThat(promoted).isEmpty();
  }

  @Test
  void tick_afterSomebodyElsesChange_endsTheWayUp() {
    begin(JudgementState.PROMOTING);
    registry.change(
        Figures.MODEL,
        "",
        record -> record.withTraffic(Traffic.CHAMPION_ALONE),
        before -> event(HistoryAction.TRAFFIC_SET));
    ascent.tick();
    assertThat(heard)
        .last()
        .isEqualTo("STOPPED: passed the gate, and then somebody else changed the traffic");

    begin(JudgementState.PROMOTING);
    promote(3);
    ascent.tick();
    assertThat(heard).last().isEqualTo("superseded");
    assertThat(traffic()).isEqualTo(Traffic.CHAMPION_ALONE);
  }

  @Test
  void begin_whereAnotherIsTheShadow_isStopped() {
    registry.change(
        Figures.MODEL,
        "",
        record -> record.withTraffic(new Traffic(List.of(), Optional.of(new Shadow(3, 1)))),
        before -> event(HistoryAction.TRAFFIC_SET));
    begin(JudgementState.PROMOTING);
    assertThat(heard).containsExactly("STOPPED: version 3 is the shadow; end that first");
    assertThat(traffic().shadow()).contains(new Shadow(3, 1));
  }

  @Test
  void begin_byAPolicyWithoutStages_promotesAtOnce() {
    ascent.begin(judgement(JudgementState.PROMOTING), GatePolicy.DEFAULT, listener());
    assertThat(promoted).containsExactly("2 in place of 1: passed the gate");
  }

  private void begin(JudgementState state) {
    ascent.begin(judgement(state), POLICY, listener());
  }

  private Judgement judgement(JudgementState state) {
    return new Judgement(
        VERSION, 1, "e1", "", true, state, List.of(), "", clock.instant(), clock.instant());
  }

  private Ascent.Listener listener() {
    return new Ascent.Listener() {
      @Override
      public void onState(JudgementState state, String message) {
        heard.add(state + ": " + message);
      }

      @Override
      public void onSuperseded() {
        heard.add("superseded");
      }
    };
  }

  private void answer(int requests) {
    for (int i = 0; i < requests; i++) {
      counts.onEnd(
          request(),
          new InferenceResponse(VERSION, Signature.DEFAULT_NAME, Map.of()),
          null,
          Duration.ZERO);
      counts.onEnd(
          request(),
          new InferenceResponse(Figures.version(1), Signature.DEFAULT_NAME, Map.of()),
          null,
          Duration.ZERO);
    }
  }

  private void fail(ErrorReason reason, int requests) {
    for (int i = 0; i < requests; i++) {
      counts.onEnd(request(), null, new ServingException(reason, "no").of(VERSION), Duration.ZERO);
    }
  }

  private static InferenceRequest request() {
    return new InferenceRequest(
        ModelReference.parse("m"),
        Signature.DEFAULT_NAME,
        Map.of(),
        List.of(),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN);
  }

  private Traffic traffic() {
    return registry.get(Figures.MODEL).traffic();
  }

  private void promote(long version) {
    registry.change(
        Figures.MODEL,
        "",
        record ->
            record.promoted(version, clock.instant(), clock.instant().plus(Duration.ofMinutes(1))),
        before -> event(HistoryAction.PROMOTED));
  }

  private static HistoryEvent event(HistoryAction action) {
    return HistoryEvent.of(Figures.MODEL, "test", action, 0, 0, "", Map.of());
  }
}
