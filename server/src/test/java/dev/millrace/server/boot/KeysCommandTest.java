package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class KeysCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void keys_theirWholeLife_isPrintedWithoutTheKeyButOnce() {
    assertThat(run("create", "alice", "--role", "predictor:team-a-*", "--role", "viewer")).isZero();
    String key = out.toString().strip();
    assertThat(key).matches("mr_[a-z0-9]{8}_[A-Za-z0-9_-]{43}");
    assertThat(run("list")).isZero();
    assertThat(out.toString())
        .contains(key.substring(3, 11), "alice", "predictor:team-a-*,viewer", "never", "valid")
        .doesNotContain(key.substring(12));
    assertThat(run("rotate", "alice", "--overlap", "1h", "--expires", "30d")).isZero();
    String second = out.toString().strip();
    assertThat(second).isNotEqualTo(key).startsWith("mr_");
    assertThat(run("revoke", key.substring(3, 11))).isZero();
    assertThat(run("list")).isZero();
    assertThat(out.toString()).contains("revoked").contains("valid");
    assertThat(run("revoke", "alice")).isZero();
    assertThat(out.toString()).contains("revoked: 1");
  }

  @Test
  void keys_usedWrongly_saysHow() {
    assertWrong("no role", "create", "alice", "--role", "root");
    assertWrong("no time", "create", "alice", "--role", "viewer", "--expires", "soon");
    assertWrong("a name is", "create", "../alice", "--role", "viewer");
    assertWrong("--role", "create", "alice");
    assertWrong("no valid key", "rotate", "nobody");
    assertWrong("no key 'nobody'", "revoke", "nobody");
    assertThat(run("list")).isZero();
  }

  private void assertWrong(String words, String... arguments) {
    assertThat(run(arguments)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(words);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] words = new String[arguments.length + 2];
    words[0] = "keys";
    System.arraycopy(arguments, 0, words, 1, arguments.length);
    words[words.length - 1] = "--data-dir=" + folder;
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }
}
