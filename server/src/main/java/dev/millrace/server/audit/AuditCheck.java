package dev.millrace.server.audit;

import dev.millrace.server.audit.AuditFinding.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Holds the lines of a log against one another and against marks that were taken of it: which are
 * changed, gone, moved or added. Whoever can write the files can write the whole log anew; only a
 * mark that is kept elsewhere tells that. Stateless.
 */
public final class AuditCheck {
  private AuditCheck() {}

  /**
   * What is wrong, in the order of the lines; empty when all is as it was written.
   *
   * @param lines all that are there, in the order of the files
   * @param marks places that the log is known to have passed, such as its head
   */
  public static List<AuditFinding> of(List<KeptLine> lines, List<AuditMark> marks) {
    List<AuditFinding> findings = new ArrayList<>();
    Set<Long> twice = new HashSet<>();
    Set<Long> there = new HashSet<>();
    List<KeptLine> readable = new ArrayList<>();
    for (KeptLine line : lines) {
      if (line.line().isEmpty()) {
        findings.add(
            new AuditFinding(
                Kind.CHANGED,
                -1,
                -1,
                line.place() + " is no line that the server wrote: it was changed or added"));
      } else {
        readable.add(line);
        if (!there.add(line.sequence())) {
          twice.add(line.sequence());
        }
      }
    }
    AuditMark before = AuditMark.NONE;
    for (int i = 0; i < readable.size(); i++) {
      KeptLine line = readable.get(i);
      next(readable, i, before, there, twice).ifPresent(findings::add);
      if (line.sequence() > before.sequence()) {
        before = new AuditMark(line.sequence(), line.hash());
      }
    }
    marks.forEach(mark -> against(mark, readable).ifPresent(findings::add));
    return List.copyOf(findings);
  }

  private static Optional<AuditFinding> next(
      List<KeptLine> lines, int i, AuditMark before, Set<Long> there, Set<Long> twice) {
    KeptLine line = lines.get(i);
    long sequence = line.sequence();
    long expected = before.sequence() + 1;
    if (sequence == expected) {
      return line.previous().equals(before.hash())
          ? Optional.empty()
          : Optional.of(changed(lines, i));
    }
    if (sequence > expected) {
      boolean elsewhere = there.contains(expected);
      return Optional.of(
          elsewhere
              ? new AuditFinding(
                  Kind.MOVED,
                  sequence,
                  sequence,
                  line.place() + " holds line " + sequence + " where " + expected + " belongs")
              : new AuditFinding(
                  Kind.MISSING,
                  expected,
                  sequence - 1,
                  "lines "
                      + expected
                      + " to "
                      + (sequence - 1)
                      + " are missing before "
                      + line.place()));
    }
    return Optional.of(
        twice.contains(sequence)
            ? new AuditFinding(
                Kind.ADDED,
                sequence,
                sequence,
                line.place() + " holds line " + sequence + ", which is there already: it was added")
            : new AuditFinding(
                Kind.MOVED,
                sequence,
                sequence,
                line.place() + " holds line " + sequence + " behind later ones"));
  }

  /**
   * The line before was changed, unless the next does not fit this one either: then it was this
   * one, whose hash of the line before is part of it.
   */
  private static AuditFinding changed(List<KeptLine> lines, int i) {
    KeptLine line = lines.get(i);
    boolean nextFits = i + 1 == lines.size() || lines.get(i + 1).previous().equals(line.hash());
    KeptLine culprit = nextFits && i > 0 ? lines.get(i - 1) : line;
    return new AuditFinding(
        Kind.CHANGED,
        culprit.sequence(),
        culprit.sequence(),
        culprit.place()
            + " (line "
            + culprit.sequence()
            + ") was changed: the hash that line "
            + (culprit.sequence() + 1)
            + " holds is of another");
  }

  private static Optional<AuditFinding> against(AuditMark mark, List<KeptLine> lines) {
    if (mark.sequence() == 0) {
      return Optional.empty();
    }
    long last = 0;
    for (KeptLine line : lines) {
      last = Math.max(last, line.sequence());
      if (line.sequence() == mark.sequence()) {
        return line.hash().equals(mark.hash())
            ? Optional.empty()
            : Optional.of(
                new AuditFinding(
                    Kind.CHANGED,
                    mark.sequence(),
                    mark.sequence(),
                    line.place()
                        + " (line "
                        + mark.sequence()
                        + ") or one before it was changed: the log is known to have had another"
                        + " hash here"));
      }
    }
    return last > mark.sequence()
        ? Optional.empty()
        : Optional.of(
            new AuditFinding(
                Kind.CUT_OFF,
                last + 1,
                mark.sequence(),
                "the log ends with line "
                    + last
                    + ", and is known to have had "
                    + mark.sequence()
                    + ": lines were cut off"));
  }
}
