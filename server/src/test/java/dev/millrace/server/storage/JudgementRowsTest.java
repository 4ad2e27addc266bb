package dev.millrace.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.gate.Judgement;
import dev.millrace.server.gate.JudgementState;
import dev.millrace.server.gate.JudgementStore;
import dev.millrace.server.gate.RuleResult;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgementRowsTest {
  private static final Instant THEN = Instant.parse("2026-11-26T10:15:30.123Z");

  @Test
  void write_thenReopened_isAllThere(@TempDir Path folder) throws IOException {
    Judgement refused = judgement(2, JudgementState.REFUSED);
    Judgement measured = judgement(3, JudgementState.EVALUATING);
    try (SqliteRegistryStore store = RegistryDatabase.open(folder, new PuppetClock()).store()) {
      store.judgements().write(judgement(2, JudgementState.EVALUATING));
      store.judgements().write(refused);
      store.judgements().write(measured);
    }
    try (SqliteRegistryStore store = RegistryDatabase.open(folder, new PuppetClock()).store()) {
      JudgementStore again = store.judgements();
      assertThat(again.find(refused.version())).contains(refused);
      assertThat(again.find(new VersionId(new ModelName("other"), 2))).isEmpty();
      assertThat(again.of(new ModelName("mnist"), 10)).containsExactly(measured, refused);
      assertThat(again.of(new ModelName("mnist"), 1)).containsExactly(measured);
      assertThat(again.underWay()).containsExactly(measured);
    }
  }

  private static Judgement judgement(long version, JudgementState state) {
    return new Judgement(
        new VersionId(new ModelName("mnist"), version),
        1,
        "e1",
        "abc",
        true,
        state,
        List.of(
            new RuleResult("bars.accuracy", 0.97, true, 0.95, false, "accuracy is low"),
            new RuleResult("robustness.fgsm", 0.1, true, Double.NaN, false, "was not measured")),
        "fell short",
        THEN,
        THEN.plusSeconds(1));
  }
}
