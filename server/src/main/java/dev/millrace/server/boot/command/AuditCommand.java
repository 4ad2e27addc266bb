package dev.millrace.server.boot.command;

import dev.millrace.server.audit.AuditFinding;
import dev.millrace.server.audit.AuditFolder;
import dev.millrace.server.audit.AuditLine;
import dev.millrace.server.audit.AuditMark;
import dev.millrace.server.audit.KeptLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace audit}: reads and checks the audit log where it lies. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Reads and checks the audit log of a state folder, with or without its server.",
    subcommands = {AuditCommand.Verify.class, AuditCommand.ListLines.class})
final class AuditCommand {
  /** What both commands share. */
  abstract static class Reading implements Callable<Integer> {
    @Mixin private StateFolder state = new StateFolder();
    @Spec private CommandSpec spec = CommandSpec.create();

    final AuditFolder folder() {
      return AuditFolder.of(state.path());
    }

    final PrintWriter out() {
      return spec.commandLine().getOut();
    }

    final CommandLine.ParameterException misuse(String message) {
      return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    @Override
    public final Integer call() {
      try {
        return read();
      } catch (IOException unreadable) {
        spec.commandLine().getErr().println("error: the audit log cannot be read");
        return CommandLine.ExitCode.SOFTWARE;
      } finally {
        out().flush();
      }
    }

    abstract int read() throws IOException;
  }

  /** {@code millrace audit verify}. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Holds the lines of the audit log against one another, and says which were changed, moved,"
            + " added or are gone. Prints the log's head, to be kept elsewhere.",
        "Exit code 1: something is wrong."
      })
  static final class Verify extends Reading {
    @Option(
        names = "--expect",
        paramLabel = "SEQUENCE:HASH",
        description = "a head that was printed earlier and kept elsewhere; may be repeated")
    private List<String> expected = new ArrayList<>();

    @Override
    int read() throws IOException {
      List<AuditMark> marks = new ArrayList<>();
      for (String text : expected) {
        marks.add(
            AuditMark.parse(text)
                .orElseThrow(() -> misuse("'" + text + "' is no line's number, ':' and its hash")));
      }
      AuditFolder folder = folder();
      List<KeptLine> lines = folder.lines();
      List<AuditFinding> findings = folder.check(marks);
      findings.forEach(finding -> out().println(finding.kind() + " " + finding.words()));
      if (folder.tornBytes() > 0) {
        out().println("note: the last line is not finished; the server's next start cuts it off");
      }
      if (!findings.isEmpty()) {
        out().println(findings.size() + " findings in " + lines.size() + " lines");
        return CommandLine.ExitCode.SOFTWARE;
      }
      AuditMark head = lines.isEmpty() ? AuditMark.NONE : lines.get(lines.size() - 1).mark();
      out().println(lines.size() + " lines, all as they were written");
      out().println("head " + head);
      return CommandLine.ExitCode.OK;
    }
  }

  /** {@code millrace audit list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Prints the audit log, newest last.")
  static final class ListLines extends Reading {
    @Option(
        names = "--last",
        paramLabel = "N",
        description = "only so many lines from the end (default: 100)")
    private int last = 100;

    @Option(names = "--json", description = "the lines as they lie in the files")
    private boolean json;

    @Override
    int read() throws IOException {
      if (last < 1) {
        throw misuse("--last takes a number from 1");
      }
      List<KeptLine> lines = folder().lines();
      for (KeptLine kept : lines.subList(Math.max(0, lines.size() - last), lines.size())) {
        out().println(kept.line().map(this::words).orElse("? " + kept.place()));
      }
      return CommandLine.ExitCode.OK;
    }

    private String words(AuditLine line) {
      if (json) {
        return line.json();
      }
      StringBuilder words = new StringBuilder();
      words.append(line.sequence()).append(' ').append(line.time()).append(' ');
      words.append(line.entry().decision()).append(' ').append(line.entry().action());
      add(words, "", line.entry().target());
      add(words, "by ", line.entry().caller());
      add(words, "because ", line.entry().reason());
      for (Map.Entry<String, String> detail : line.entry().details().entrySet()) {
        add(words, detail.getKey() + "=", detail.getValue());
      }
      add(words, "request ", line.entry().request());
      return words.toString();
    }

    /** As in JSON, so that what a caller wrote moves no cursor. */
    private static void add(StringBuilder words, String before, String text) {
      if (!text.isEmpty()) {
        words.append(' ').append(before).append(PlainText.of(text));
      }
    }
  }

  /** Texts for a terminal. */
  static final class PlainText {
    private PlainText() {}

    /** The same with whatever is no printable ASCII as {@code \\uXXXX}. */
    static String of(String text) {
      StringBuilder plain = new StringBuilder();
      for (char each : text.toCharArray()) {
        if (each >= ' ' && each < 0x7f) {
          plain.append(each);
        } else {
          plain.append(String.format("\\u%04x", (int) each));
        }
      }
      return plain.toString();
    }
  }
}
