package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import dev.millrace.server.testing.ScriptedServable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Walks the life of versions at random, by a fixed seed, and holds the moves that were seen against
 * the table of those that are legal, both ways.
 */
final class StateMachineTest {
  private static final ModelName MODEL = new ModelName("wanderer");
  private static final int STEPS = 800;
  private static final int VERSIONS = 4;
  private static final Path PAGE = Path.of("..", "docs", "version-states.md");

  private final Random random = new Random(20_261_125);
  private final PuppetExecutor loads = new PuppetExecutor();
  private final List<Lease> leases = new ArrayList<>();
  private final Map<Long, VersionState> last = new HashMap<>();
  private final TreeSet<String> seen = new TreeSet<>();
  private final ModelCatalog catalog =
      new ModelCatalog(
          new VersionLoad(
              this::load, new WarmUp(model -> List.of(), 1, () -> 0, () -> 0), 1, () -> 0),
          loads,
          new PuppetClock(),
          () -> {},
          LoadObserver.NONE,
          (source, held) -> room());

  @Test
  void transitions_seenOnARandomWalk_areThoseOfTheTable() {
    catalog.subscribe(this::hear);
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(4)) {
        case 0 -> aspire();
        case 1 -> lease();
        case 2 -> leases.removeIf(this::closedAtRandom);
        default -> {
          if (loads.waiting() > 0) {
            loads.runNext();
          }
        }
      }
    }
    assertThat(seen).isEqualTo(table());
  }

  @Test
  void diagram_ofTheDocumentation_isTheTables() throws IOException {
    String diagram = diagram();
    if (Boolean.getBoolean("millrace.updateDocs")) {
      Files.writeString(PAGE, diagram);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(diagram);
  }

  private void aspire() {
    List<ServableSource> wanted = new ArrayList<>();
    List<ServableSource> stored = new ArrayList<>();
    for (long number = 1; number <= VERSIONS; number++) {
      ServableSource source =
          new ServableSource(
              new VersionId(MODEL, number), Path.of("none"), "", ModelSettings.DEFAULT);
      switch (random.nextInt(4)) {
        case 0, 1 -> wanted.add(source);
        case 2 -> stored.add(source);
        default -> {}
      }
    }
    catalog.aspire(MODEL, wanted, stored);
  }

  private LoadGate.Verdict room() {
    return switch (random.nextInt(8)) {
      case 0 -> new LoadGate.Verdict.Wait();
      case 1 -> new LoadGate.Verdict.Refuse(ErrorReason.MEMORY_BUDGET_EXCEEDED, "no room");
      default -> new LoadGate.Verdict.Load();
    };
  }

  private void lease() {
    try {
      leases.add(catalog.lease(ModelReference.parse(MODEL.id())));
    } catch (ServingException nothingToLease) {
      assertThat(nothingToLease.reason())
          .isIn(ErrorReason.MODEL_NOT_FOUND, ErrorReason.VERSION_NOT_READY);
    }
  }

  private boolean closedAtRandom(Lease lease) {
    boolean close = random.nextBoolean();
    if (close) {
      lease.close();
    }
    return close;
  }

  private Servable load(ServableSource source, ExecutionMode mode) {
    return switch (random.nextInt(6)) {
      case 0 -> throw new ServingException(ErrorReason.LOAD_FAILED, "no good");
      case 1 ->
          ScriptedServable.ofFloats()
              .answering(
                  x -> {
                    throw new ServingException(ErrorReason.INTERNAL, "broken");
                  });
      default -> new FakeServable();
    };
  }

  private void hear(VersionStatus status) {
    long number = status.id().number();
    VersionState before = last.get(number);
    if (before != null) {
      seen.add(before + " -> " + status.state());
    }
    if (status.state() == VersionState.RELEASED) {
      last.remove(number);
    } else {
      last.put(number, status.state());
    }
  }

  private static TreeSet<String> table() {
    TreeSet<String> moves = new TreeSet<>();
    for (VersionState state : VersionState.values()) {
      state.successors().forEach(next -> moves.add(state + " -> " + next));
    }
    return moves;
  }

  private static String diagram() {
    StringBuilder page =
        new StringBuilder(
            """
            # The states of a version

            Made from the table in `VersionState`; a test walks every arrow.

            ```mermaid
            stateDiagram-v2
                [*] --> STORED
                [*] --> PENDING
            """);
    for (VersionState state : VersionState.values()) {
      state.successors().forEach(next -> page.append("    %s --> %s%n".formatted(state, next)));
      if (state.successors().isEmpty()) {
        page.append("    %s --> [*]%n".formatted(state));
      }
    }
    return page.append("```\n").toString();
  }
}
