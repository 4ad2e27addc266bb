package dev.millrace.server.protocol.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditMark;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.audit.DenialBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What is written down of refusals, and how many of them wait to be. */
final class RefusedCallsTest {
  private final List<AuditEntry> written = new ArrayList<>();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private boolean stopping;
  private boolean diskFull;

  @Test
  void denied_beforeThereIsACall_isWrittenWithWhatIsKnown() {
    RefusedCalls refused = calls(3);
    refused.denied("http:/x", "10.0.0.1", "CREDENTIALS_MISSING");
    assertThat(written).isEmpty();
    writeAll();
    AuditEntry entry = written.get(0);
    assertThat(entry.action()).isEqualTo("http:/x");
    assertThat(entry.caller()).isEqualTo("10.0.0.1");
    assertThat(entry.request()).isEqualTo("made-up");
    assertThat(entry.decision()).isEqualTo(Decision.DENIED);
    assertThat(entry.reason()).isEqualTo("CREDENTIALS_MISSING");
    assertThat(entry.details()).isEmpty();
  }

  @Test
  void denied_moreThanMayWait_areCountedInTheNextLine() {
    RefusedCalls refused = calls(1000);
    deny(refused, 70);
    assertThat(waiting).hasSize(64);
    writeAll();
    assertThat(written).hasSize(64);
    deny(refused, 1);
    writeAll();
    assertThat(written.get(64).details()).containsEntry("left_out_before", "6");
    deny(refused, 64);
    assertThat(waiting).as("none is left behind in the count").hasSize(64);
    assertThat(written.get(0).details()).isEmpty();
  }

  @Test
  void denied_beyondTheBudget_areCountedInTheNextLine() {
    long[] nanos = {0};
    RefusedCalls refused = calls(new DenialBudget(2, 1, () -> nanos[0]));
    deny(refused, 5);
    nanos[0] = 1_000_000_000;
    deny(refused, 1);
    writeAll();
    assertThat(written).hasSize(3);
    assertThat(written.get(2).details()).containsEntry("left_out_before", "3");
  }

  @Test
  void denied_whileTheServerStops_isLeft() {
    RefusedCalls refused = calls(1000);
    stopping = true;
    deny(refused, 100);
    stopping = false;
    deny(refused, 64);
    assertThat(waiting).hasSize(64);
  }

  @Test
  void denied_diskTakesNoLine_goesOn() {
    RefusedCalls refused = calls(1000);
    diskFull = true;
    deny(refused, 64);
    writeAll();
    diskFull = false;
    deny(refused, 64);
    writeAll();
    assertThat(written).hasSize(64);
  }

  private RefusedCalls calls(int burst) {
    return calls(new DenialBudget(burst, 0, () -> 0));
  }

  private RefusedCalls calls(DenialBudget budget) {
    Executor executor =
        task -> {
          if (stopping) {
            throw new RejectedExecutionException("stopping");
          }
          waiting.add(task);
        };
    return new RefusedCalls(this::append, budget, executor, () -> "made-up");
  }

  private static void deny(RefusedCalls refused, int times) {
    for (int i = 0; i < times; i++) {
      refused.denied("http:/x", "10.0.0.1", "CREDENTIALS_MISSING");
    }
  }

  private void writeAll() {
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  private AuditMark append(AuditEntry entry) {
    if (diskFull) {
      throw new IllegalStateException("no line");
    }
    written.add(entry);
    return AuditMark.NONE;
  }
}
