package dev.millrace.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.audit.AuditFinding.Kind;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log, and what its check finds when somebody has been at the files. */
final class AuditLogTest {
  private static final long LARGE = 1 << 20;

  @TempDir private Path root;
  private final PuppetClock clock = new PuppetClock();
  private AuditFolder folder = new AuditFolder(Path.of(""));

  @BeforeEach
  void folder() {
    folder = AuditFolder.of(root);
  }

  @Test
  void append_entries_areLinesThatHoldOneAnother() throws IOException {
    AuditMark last = write(3, LARGE);

    List<KeptLine> lines = folder.lines();
    assertThat(lines).extracting(KeptLine::sequence).containsExactly(1L, 2L, 3L);
    assertThat(lines.get(0).previous()).isEqualTo("0".repeat(64));
    assertThat(lines.get(1).previous()).isEqualTo(lines.get(0).hash());
    assertThat(lines.get(2).previous()).isEqualTo(lines.get(1).hash());
    AuditLine line = lines.get(1).line().orElseThrow();
    assertThat(line.time()).isEqualTo(clock.instant());
    assertThat(line.entry()).isEqualTo(entry("2"));
    assertThat(last).isEqualTo(lines.get(2).mark());
    assertThat(folder.keptHead()).contains(last);
    assertThat(folder.check(List.of(last, lines.get(0).mark(), AuditMark.NONE))).isEmpty();
  }

  @Test
  void append_hostileNames_stayWithinTheirLine() throws IOException {
    String hostile = "a\n{\"sequence\":7}\r\u001b[31m\u0085\u2028\u202e\"\\";
    AuditLog.open(folder, LARGE, clock)
        .append(
            new AuditEntry(
                hostile,
                hostile,
                hostile,
                hostile,
                Decision.DENIED,
                hostile,
                new TreeMap<>(Map.of(hostile, hostile))));

    String text = Files.readString(file(), StandardCharsets.US_ASCII);
    assertThat(text.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
    assertThat(text.lines()).hasSize(1);
    AuditEntry read = folder.lines().get(0).line().orElseThrow().entry();
    assertThat(read.target()).isEqualTo(hostile);
    assertThat(read.details()).containsEntry(hostile, hostile);
  }

  @Test
  void append_longTexts_areShortened() {
    AuditEntry entry =
        new AuditEntry(
            "c", "", "a", "x".repeat(10_000), Decision.ASKED, "", new TreeMap<>(manyDetails()));

    assertThat(entry.target()).hasSize(303).endsWith("x...");
    assertThat(entry.details()).hasSize(20);
    assertThat(new AuditEntry("c".repeat(300), "", "", "", Decision.ASKED, "", new TreeMap<>()))
        .extracting(AuditEntry::caller)
        .isEqualTo("c".repeat(300));
  }

  private static Map<String, String> manyDetails() {
    Map<String, String> many = new TreeMap<>();
    for (int i = 0; i < 100; i++) {
      many.put("detail " + i, "value");
    }
    return many;
  }

  @Test
  void open_again_goesOnWithTheChain() throws IOException {
    write(2, LARGE);
    write(2, LARGE);

    assertThat(folder.lines()).extracting(KeptLine::sequence).containsExactly(1L, 2L, 3L, 4L);
    assertThat(folder.check(List.of())).isEmpty();
  }

  @Test
  void append_fileFull_goesOnInAnother() throws IOException {
    write(5, 1);
    AuditMark last = write(1, 1);

    assertThat(folder.files())
        .extracting(file -> String.valueOf(file.getFileName()))
        .containsExactly(
            "000000000001.jsonl",
            "000000000002.jsonl",
            "000000000003.jsonl",
            "000000000004.jsonl",
            "000000000005.jsonl",
            "000000000006.jsonl");
    assertThat(last.sequence()).isEqualTo(6);
    assertThat(folder.check(List.of())).isEmpty();
    Files.delete(folder.files().get(2));
    assertThat(kinds()).containsExactly(Kind.MISSING);
    assertThat(folder.check(List.of()).get(0).from()).isEqualTo(3);
    assertThat(folder.check(List.of()).get(0).to()).isEqualTo(3);
  }

  @Test
  void open_tornLastLine_isCutOffAndTold() throws IOException {
    write(2, LARGE);
    Files.writeString(file(), "{\"sequence\":3,\"ti", StandardOpenOption.APPEND);
    assertThat(folder.tornBytes()).isEqualTo(17);
    assertThat(folder.check(List.of())).isEmpty();

    write(1, LARGE);

    assertThat(folder.tornBytes()).isZero();
    assertThat(folder.check(List.of())).isEmpty();
    AuditEntry told = folder.lines().get(2).line().orElseThrow().entry();
    assertThat(told.action()).isEqualTo("millrace/RepairAudit");
    assertThat(told.details()).containsEntry("cut_off_bytes", "17");
    assertThat(folder.lines()).hasSize(4);
  }

  @Test
  void open_headBehindByALine_isNoFault() throws IOException {
    write(2, LARGE);
    KeptLine first = folder.lines().get(0);
    Files.writeString(folder.head(), first.mark() + "\n");

    assertThat(folder.check(List.of())).isEmpty();
    write(1, LARGE);
    assertThat(folder.lines()).hasSize(3);
    assertThat(folder.check(List.of())).isEmpty();
  }

  @Test
  void check_lastLinesCutOff_findsThemByTheHead() throws IOException {
    write(4, LARGE);
    rewrite(lines -> lines.subList(0, 2));

    List<AuditFinding> findings = folder.check(List.of());

    assertThat(findings).extracting(AuditFinding::kind).containsExactly(Kind.CUT_OFF);
    assertThat(findings.get(0).from()).isEqualTo(3);
    assertThat(findings.get(0).to()).isEqualTo(4);
  }

  @Test
  void open_lastLinesCutOff_leavesTheGapForEver() throws IOException {
    write(4, LARGE);
    rewrite(lines -> lines.subList(0, 2));

    write(2, LARGE);

    assertThat(folder.lines()).extracting(KeptLine::sequence).containsExactly(1L, 2L, 5L, 6L, 7L);
    List<AuditFinding> findings = folder.check(List.of());
    assertThat(findings).extracting(AuditFinding::kind).containsExactly(Kind.MISSING);
    assertThat(findings.get(0).from()).isEqualTo(3);
    assertThat(findings.get(0).to()).isEqualTo(4);
    assertThat(folder.lines().get(2).line().orElseThrow().entry().details())
        .containsEntry("first_lost_line", "3");
  }

  @Test
  void open_allFilesGone_goesOnCounting() throws IOException {
    write(2, LARGE);
    Files.delete(file());

    write(1, LARGE);

    assertThat(kinds()).containsExactly(Kind.MISSING);
    assertThat(folder.lines()).extracting(KeptLine::sequence).containsExactly(3L, 4L);
  }

  @Test
  void check_headAndLinesCutOffTogether_isFoundByAMarkKeptElsewhereAlone() throws IOException {
    AuditMark kept = write(4, LARGE);
    rewrite(lines -> lines.subList(0, 2));
    Files.writeString(folder.head(), folder.lines().get(1).mark().toString());

    assertThat(folder.check(List.of())).isEmpty();
    assertThat(folder.check(List.of(kept)))
        .extracting(AuditFinding::kind)
        .containsExactly(Kind.CUT_OFF);
  }

  @Test
  void check_changedLine_saysWhich() throws IOException {
    write(5, LARGE);
    for (int place = 0; place < 5; place++) {
      int changed = place;
      byte[] before = Files.readAllBytes(file());
      rewrite(
          lines -> {
            lines.set(changed, lines.get(changed).replace("caller of", "robber of"));
            return lines;
          });

      List<AuditFinding> findings = folder.check(List.of());

      assertThat(findings).as("line %d", place + 1).hasSize(1);
      assertThat(findings.get(0).kind()).isEqualTo(Kind.CHANGED);
      assertThat(findings.get(0).from()).isEqualTo(place + 1);
      assertThat(findings.get(0).words()).contains("000000000001.jsonl:" + (place + 1));
      Files.write(file(), before);
    }
  }

  @Test
  void check_changedHashOfTheLineBefore_saysWhich() throws IOException {
    write(4, LARGE);
    rewrite(
        lines -> {
          lines.set(1, lines.get(1).replaceAll("\"previous\":\".{4}", "\"previous\":\"beef"));
          return lines;
        });

    List<AuditFinding> findings = folder.check(List.of());

    assertThat(findings.get(0).kind()).isEqualTo(Kind.CHANGED);
    assertThat(findings.get(0).from()).isEqualTo(2);
  }

  @Test
  void check_lineInOtherWords_isNoneOfTheServers() throws IOException {
    write(3, LARGE);
    for (String foreign :
        List.of(
            "{}",
            "no json",
            "[1]",
            "",
            folder.lines().get(1).line().orElseThrow().json().replace(",", ", "),
            folder.lines().get(1).line().orElseThrow().json() + " ",
            folder.lines().get(1).line().orElseThrow().json().replace("ASKED", "asked"))) {
      byte[] before = Files.readAllBytes(file());
      rewrite(
          lines -> {
            lines.set(1, foreign);
            return lines;
          });

      List<AuditFinding> findings = folder.check(List.of());

      assertThat(findings)
          .as(foreign)
          .extracting(AuditFinding::kind)
          .containsExactly(Kind.CHANGED, Kind.MISSING);
      assertThat(findings.get(0).words()).contains("000000000001.jsonl:2");
      Files.write(file(), before);
    }
  }

  @Test
  void check_missingLine_saysWhich() throws IOException {
    write(5, LARGE);
    rewrite(
        lines -> {
          lines.remove(2);
          return lines;
        });

    List<AuditFinding> findings = folder.check(List.of());

    assertThat(findings).extracting(AuditFinding::kind).containsExactly(Kind.MISSING);
    assertThat(findings.get(0).from()).isEqualTo(3);
    assertThat(findings.get(0).to()).isEqualTo(3);
  }

  @Test
  void check_firstLineMissing_saysSo() throws IOException {
    write(3, LARGE);
    rewrite(lines -> lines.subList(1, 3));

    List<AuditFinding> findings = folder.check(List.of());

    assertThat(findings).extracting(AuditFinding::kind).containsExactly(Kind.MISSING);
    assertThat(findings.get(0).to()).isEqualTo(1);
  }

  @Test
  void check_swappedLines_saysWhich() throws IOException {
    write(5, LARGE);
    rewrite(
        lines -> {
          Collections.swap(lines, 2, 3);
          return lines;
        });

    List<AuditFinding> findings = folder.check(List.of());

    assertThat(findings).extracting(AuditFinding::kind).containsExactly(Kind.MOVED, Kind.MOVED);
    assertThat(findings).extracting(AuditFinding::from).containsExactly(4L, 3L);
  }

  @Test
  void check_addedLine_saysWhich() throws IOException {
    write(4, LARGE);
    rewrite(
        lines -> {
          lines.add(3, lines.get(1));
          return lines;
        });

    List<AuditFinding> findings = folder.check(List.of());

    assertThat(findings).extracting(AuditFinding::kind).containsExactly(Kind.ADDED);
    assertThat(findings.get(0).from()).isEqualTo(2);
    assertThat(findings.get(0).words()).contains("000000000001.jsonl:4");
  }

  @Test
  void append_folderGone_isRefusedAndGoesOnAfter() throws IOException {
    AuditLog opened = AuditLog.open(folder, LARGE, clock);
    opened.append(entry("1"));
    Path away = root.resolve("away");
    Files.move(folder.path(), away);

    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> opened.append(entry("2")))
        .satisfies(
            refused -> {
              assertThat(refused.reason()).isEqualTo(ErrorReason.AUDIT_UNWRITABLE);
              assertThat(refused.message()).doesNotContain(root.toString());
            });

    Files.move(away, folder.path());
    assertThat(opened.append(entry("3")).sequence()).isEqualTo(2);
    assertThat(folder.check(List.of())).isEmpty();
  }

  @Test
  void mark_printed_isReadBack() {
    AuditMark mark = new AuditMark(12, "0123456789abcdef".repeat(4));

    assertThat(AuditMark.parse(mark + "\n")).contains(mark);
    assertThat(AuditMark.parse("12")).isEmpty();
    assertThat(AuditMark.parse("-1:" + "0".repeat(64))).isEmpty();
    assertThat(AuditMark.parse("1:" + "0".repeat(63))).isEmpty();
  }

  private interface Change {
    List<String> apply(List<String> lines);
  }

  private void rewrite(Change change) throws IOException {
    List<String> lines = change.apply(new ArrayList<>(Files.readString(file()).lines().toList()));
    Files.writeString(file(), String.join("\n", lines) + "\n");
  }

  private Path file() throws IOException {
    return folder.files().get(0);
  }

  private List<Kind> kinds() throws IOException {
    return folder.check(List.of()).stream().map(AuditFinding::kind).toList();
  }

  private AuditMark write(int count, long fileBytes) throws IOException {
    AuditLog opened = AuditLog.open(folder, fileBytes, clock);
    AuditMark last = opened.last();
    for (int i = 1; i <= count; i++) {
      last = opened.append(entry(Integer.toString(i)));
    }
    return last;
  }

  private static AuditEntry entry(String target) {
    return new AuditEntry(
        "caller of " + target,
        "request",
        "do",
        target,
        Decision.ASKED,
        "",
        new TreeMap<>(Map.of("label", "best")));
  }
}
