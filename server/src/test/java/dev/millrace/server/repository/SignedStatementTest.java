package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.repository.SignedStatement.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of a statement, and the file that they lie in. */
final class SignedStatementTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final FileEntry A = new FileEntry("a", 1, "aa");
  private static final FileEntry B = new FileEntry("b/c", 2, "bb");

  @TempDir private Path folder;

  @Test
  void of_files_areLinesInTheOrderOfTheirPaths() {
    SignedStatement statement = SignedStatement.of(MODEL, List.of(B, A));
    assertThat(statement.text())
        .isEqualTo("millrace-signature 1\nmodel m\nfile aa 1 a\nfile bb 2 b/c\n");
    assertThat(statement).isEqualTo(SignedStatement.of(MODEL, List.of(A, B)));
  }

  /** A path with a line break could say something of other files. */
  @Test
  void of_pathWithControlCharacters_isRefused() {
    for (String path : List.of("a\nfile bb 2 b", "a\u0000", "a\u0085")) {
      assertThatThrownBy(() -> SignedStatement.of(MODEL, List.of(new FileEntry(path, 1, "aa"))))
          .hasMessageContaining("control characters");
    }
  }

  @Test
  void find_signedText_isReadBack() throws IOException {
    SignedStatement statement = SignedStatement.of(MODEL, List.of(A));
    write(statement.signed(new byte[] {1, 2, 3}));
    Found found = SignedStatement.find(folder).orElseThrow();
    assertThat(found.statement()).isEqualTo(statement);
    assertThat(found.signature()).containsExactly(1, 2, 3);
  }

  @Test
  void find_textOfAnotherForm_isNone() throws IOException {
    String head = "millrace-signature 1\nmodel m\n";
    for (String text :
        List.of(
            head,
            head + "ed25519 AAAA",
            head + "ed25519 A\n",
            head + "ed25519 AAAA\nmore\n",
            "millrace-signature 2\nmodel m\ned25519 AAAA\n",
            "millrace-signature 1\ned25519 AAAA\n")) {
      write(text);
      assertThat(SignedStatement.find(folder)).as(text).isEqualTo(Optional.empty());
    }
    write(head + "ed25519 AAAA\n");
    assertThat(SignedStatement.find(folder)).isPresent();
  }

  /** It would vouch for what lies elsewhere. */
  @Test
  void find_link_isNone() throws IOException {
    Path elsewhere =
        Files.writeString(
            folder.resolve("elsewhere"), "millrace-signature 1\nmodel m\ned25519 AAAA\n");
    Files.createSymbolicLink(folder.resolve("manifest.sig"), elsewhere);
    assertThat(SignedStatement.find(folder)).isEmpty();
  }

  @Test
  void find_fileOf16Mebibytes_isTheLargest() throws IOException {
    String begin = "millrace-signature 1\nmodel m\n";
    String end = "ed25519 AAAA\n";
    String fill = "x".repeat((16 << 20) - begin.length() - end.length());
    write(begin + fill + end);
    assertThat(SignedStatement.find(folder)).isPresent();
    write(begin + fill + "x" + end);
    assertThat(SignedStatement.find(folder)).isEmpty();
  }

  @Test
  void differenceTo_otherStatements_isTheFirstLine() {
    SignedStatement both = SignedStatement.of(MODEL, List.of(A, B));
    SignedStatement one = SignedStatement.of(MODEL, List.of(A));
    assertThat(both.differenceTo(one)).isEqualTo("it vouches for 'file bb 2 b/c'");
    assertThat(one.differenceTo(both)).isEqualTo("it does not vouch for 'file bb 2 b/c'");
    SignedStatement turned = new SignedStatement("model m\nmillrace-signature 1\nfile aa 1 a\n");
    assertThat(turned.differenceTo(one)).isEqualTo("its lines are in another order");
  }

  @Test
  void read_keys_areOneFileOfAMebibyteAtMost() throws IOException {
    Path file = folder.resolve("keys.pem");
    String block = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    Files.writeString(file, "-----BEGIN OTHER-----\nBBBB\n-----END OTHER-----\n" + block + block);
    assertThat(PemBlocks.read(file, "PUBLIC KEY")).containsExactly(new byte[3], new byte[3]);
    Files.writeString(file, block + " ".repeat((1 << 20) - block.length()));
    assertThat(PemBlocks.read(file, "PUBLIC KEY")).hasSize(1);
    Files.writeString(file, block + " ".repeat((1 << 20) - block.length() + 1));
    assertThatThrownBy(() -> PemBlocks.read(file, "PUBLIC KEY")).hasMessageContaining("1 MiB");
  }

  private void write(String text) throws IOException {
    Files.writeString(folder.resolve("manifest.sig"), text);
  }
}
