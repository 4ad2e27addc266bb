package dev.millrace.server.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.training.TrainingEvent.StateChanged;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingJobStateTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:15:30Z");
  private static final Map<TrainingJobState, Set<TrainingJobState>> LEGAL =
      new EnumMap<>(
          Map.of(
              TrainingJobState.QUEUED,
              Set.of(TrainingJobState.RUNNING, TrainingJobState.CANCELLED),
              TrainingJobState.RUNNING,
              Set.of(
                  TrainingJobState.PUBLISHING,
                  TrainingJobState.SUCCEEDED,
                  TrainingJobState.QUEUED,
                  TrainingJobState.FAILED,
                  TrainingJobState.CANCELLED),
              TrainingJobState.PUBLISHING,
              Set.of(TrainingJobState.SUCCEEDED, TrainingJobState.QUEUED, TrainingJobState.FAILED),
              TrainingJobState.SUCCEEDED,
              Set.of(),
              TrainingJobState.FAILED,
              Set.of(),
              TrainingJobState.CANCELLED,
              Set.of()));

  static Stream<Arguments> pairs() {
    return Stream.of(TrainingJobState.values())
        .flatMap(from -> Stream.of(TrainingJobState.values()).map(to -> Arguments.of(from, to)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void move_betweenAnyTwoStates_isTakenOrRefusedAsTheTableSays(
      TrainingJobState from, TrainingJobState to) {
    JobSlot slot = slotIn(from);
    TrainingJob before = slot.job();
    StateChanged move = StateChanged.to(to);

    if (LEGAL.getOrDefault(from, Set.of()).contains(to)) {
      slot.apply(slot.next(move, NOW));
      assertThat(slot.job().state()).isEqualTo(to);
      assertThat(slot.job().etag()).isNotEqualTo(before.etag());
    } else {
      assertThatThrownBy(() -> slot.apply(slot.next(move, NOW)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot become " + to + " from " + from)
          .hasMessageContaining("history")
          .hasMessageContaining("QUEUED at " + NOW);
      assertThat(slot.job()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void isFinal_ofAState_meansThatNothingFollows(TrainingJobState state, TrainingJobState other) {
    assertThat(state.isFinal()).isEqualTo(LEGAL.getOrDefault(state, Set.of()).isEmpty());
    assertThat(state.successors().contains(other))
        .isEqualTo(LEGAL.getOrDefault(state, Set.of()).contains(other));
  }

  private static JobSlot slotIn(TrainingJobState goal) {
    JobSlot slot =
        new JobSlot(
            new JobRecord(
                "j1",
                new TrainingSpec(new ModelName("mnist"), "r", new TreeMap<>(), 1, "mnist"),
                "",
                NOW));
    for (TrainingJobState step : pathTo(goal)) {
      slot.apply(slot.next(StateChanged.to(step), NOW));
    }
    return slot;
  }

  private static List<TrainingJobState> pathTo(TrainingJobState goal) {
    Deque<List<TrainingJobState>> paths = new ArrayDeque<>();
    paths.add(List.of(TrainingJobState.QUEUED));
    while (true) {
      List<TrainingJobState> path = paths.removeFirst();
      TrainingJobState last = path.get(path.size() - 1);
      if (last == goal) {
        return path;
      }
      for (TrainingJobState next : LEGAL.getOrDefault(last, Set.of())) {
        paths.add(Stream.concat(path.stream(), Stream.of(next)).toList());
      }
    }
  }
}
