package dev.millrace.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where lines go, and what becomes of them on a disk that takes none. */
final class AuditWritesTest {
  @TempDir private Path root;
  private final PuppetClock clock = new PuppetClock();
  private AuditFolder folder = new AuditFolder(Path.of(""));

  @BeforeEach
  void folder() {
    folder = AuditFolder.of(root);
  }

  @Test
  void of_dataDirectory_isItsFolderOfAudit() throws IOException {
    assertThat(folder.path()).isEqualTo(root.resolve("audit"));
    assertThat(folder.files()).isEmpty();
    assertThat(folder.lines()).isEmpty();
    assertThat(folder.keptHead()).isEmpty();
    assertThat(folder.tornBytes()).isZero();
    assertThat(open(1).last()).isEqualTo(AuditMark.NONE);
  }

  @Test
  void append_fileOfJustItsSize_isLeftAlone() throws IOException {
    open(1 << 20).append(entry("1"));
    long size = Files.size(folder.files().get(0));
    open(size + 1).append(entry("2"));
    assertThat(folder.files()).hasSize(1);
    open(2 * size).append(entry("3"));
    assertThat(folder.files()).hasSize(2);
    assertThat(folder.lines(folder.files().get(1)))
        .extracting(KeptLine::place)
        .containsExactly("000000000003.jsonl:1");
    assertThat(folder.check(List.of())).isEmpty();
  }

  @Test
  void open_fileOfATornLineAlone_goesOnBehindTheFileBefore() throws IOException {
    open(1).append(entry("1"));
    Files.writeString(folder.file(2), "{\"seq");
    AuditLog log = open(1);
    assertThat(log.last().sequence()).as("the line that tells of it").isEqualTo(2);
    assertThat(folder.lines().get(1).line().orElseThrow().entry().details())
        .containsEntry("cut_off_bytes", "5");
    assertThat(folder.check(List.of())).isEmpty();
  }

  @Test
  void open_lastLineThatNoServerWrote_goesOnBehindTheOneBefore() throws IOException {
    open(1 << 20).append(entry("1"));
    Files.writeString(folder.files().get(0), "foreign\n", StandardOpenOption.APPEND);
    assertThat(open(1 << 20).append(entry("2")).sequence()).isEqualTo(2);
    assertThat(folder.lines().get(1).mark().sequence()).as("no place in the log").isZero();
  }

  @Test
  void open_filesOfOthers_areNotRead() throws IOException {
    open(1 << 20).append(entry("1"));
    Files.writeString(folder.path().resolve("000000000002.json"), "x\n");
    Files.writeString(folder.path().resolve("2.jsonl"), "x\n");
    assertThat(folder.lines()).hasSize(1);
  }

  @Test
  void open_headThatIsNone_isNoMark() throws IOException {
    open(1 << 20).append(entry("1"));
    Files.writeString(folder.head(), "nonsense");
    assertThat(folder.keptHead()).isEmpty();
    assertThat(folder.check(List.of())).isEmpty();
  }

  /** A head that cannot be renewed is behind by some lines, which is no fault. */
  @Test
  void append_headCannotBeWritten_isWrittenAllTheSame() throws IOException {
    AuditLog log = open(1 << 20);
    log.append(entry("1"));
    Files.createDirectory(folder.path().resolve("head.draft"));
    assertThat(log.append(entry("2")).sequence()).isEqualTo(2);
    assertThat(folder.keptHead().orElseThrow().sequence()).isEqualTo(1);
    assertThat(folder.check(List.of())).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void append_diskFull_isRefusedAndTheNextLineTakesItsPlace() throws IOException {
    AuditLog log = open(1 << 20);
    Files.createSymbolicLink(folder.file(1), Path.of("/dev/full"));
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> log.append(entry("1")))
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.AUDIT_UNWRITABLE));
    assertThat(log.last()).isEqualTo(AuditMark.NONE);
    assertThat(folder.keptHead()).isEmpty();
    Files.delete(folder.file(1));
    assertThat(log.append(entry("2")).sequence()).isEqualTo(1);
    assertThat(folder.check(List.of())).isEmpty();
  }

  @Test
  void byServer_entry_isOfTheServerItself() {
    AuditEntry entry =
        AuditEntry.byServer("millrace/Do", "models/m", Decision.ALLOWED, Map.of("a", "b"));
    assertThat(entry.caller()).isEqualTo("millrace");
    assertThat(entry.request()).isEmpty();
    assertThat(entry.reason()).isEmpty();
    assertThat(entry.details()).containsExactly(Map.entry("a", "b"));
    assertThat(entry.ended(Decision.FAILED, "WHY", "").target()).isEqualTo("models/m");
    assertThat(entry.ended(Decision.FAILED, "WHY", "models/n").target()).isEqualTo("models/n");
    assertThat(entry.ended(Decision.FAILED, "WHY", "models/n").reason()).isEqualTo("WHY");
  }

  @Test
  void none_asATrail_endsNowhere() {
    assertThat(AuditTrail.NONE.append(entry("1"))).isEqualTo(AuditMark.NONE);
  }

  @Test
  void check_markOfALineThatIsGone_isLeftToTheGap() throws IOException {
    AuditLog log = open(1);
    AuditMark second = AuditMark.NONE;
    for (int i = 1; i <= 3; i++) {
      AuditMark mark = log.append(entry("" + i));
      second = i == 2 ? mark : second;
    }
    Files.delete(folder.file(2));
    assertThat(folder.check(List.of(second)))
        .extracting(AuditFinding::kind)
        .containsExactly(AuditFinding.Kind.MISSING);
    AuditMark forged = new AuditMark(3, "f".repeat(64));
    assertThat(folder.check(List.of(forged)))
        .extracting(AuditFinding::kind)
        .containsExactly(AuditFinding.Kind.MISSING, AuditFinding.Kind.CHANGED);
  }

  @Test
  void parse_lineWithMoreBehindIt_isNone() {
    AuditLine line = new AuditLine(1, clock.instant(), entry("1"), AuditMark.NONE.hash());
    assertThat(AuditLine.parse(line.bytes())).contains(line);
    byte[] more = (line.json() + "{}").getBytes(StandardCharsets.US_ASCII);
    assertThat(AuditLine.parse(more)).isEmpty();
  }

  private AuditLog open(long fileBytes) throws IOException {
    return AuditLog.open(folder, fileBytes, clock);
  }

  private static AuditEntry entry(String target) {
    return new AuditEntry("caller", "id", "do", target, Decision.ASKED, "", new TreeMap<>());
  }
}
