package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class WatchedTermsTest {
  private String text = "callers: [{caller: a, requests: {rate: 1/s}}]";
  private boolean gone;

  @Test
  void look_fileHasChanged_itsTermsHold() throws IOException {
    WatchedTerms terms = new WatchedTerms(this::read);
    Terms first = terms.get();
    assertThat(first.of("a").limits()).hasSize(1);
    terms.look();
    assertThat(terms.get()).isSameAs(first);
    text = "callers: [{caller: a, requests: {rate: 1/s}, bytes: {rate: 1/s}}]";
    terms.look();
    assertThat(terms.get().of("a").limits()).hasSize(2);
  }

  @Test
  void look_fileIsBrokenOrGone_theOldTermsHoldUntilItIsWhole() throws IOException {
    WatchedTerms terms = new WatchedTerms(this::read);
    Terms first = terms.get();
    text = "callers: [{";
    terms.look();
    terms.look();
    assertThat(terms.get()).isSameAs(first);
    gone = true;
    terms.look();
    terms.look();
    assertThat(terms.get()).isSameAs(first);
    gone = false;
    text = "";
    terms.look();
    assertThat(terms.get().of("a")).isEqualTo(CallerTerms.UNLIMITED);
  }

  @Test
  void start_fileThatIsBroken_isRefused() {
    text = "nonsense: 1";
    assertThatThrownBy(() -> new WatchedTerms(this::read))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nonsense");
    gone = true;
    assertThatThrownBy(() -> new WatchedTerms(this::read)).isInstanceOf(IOException.class);
  }

  private String read() throws IOException {
    if (gone) {
      throw new IOException("gone");
    }
    return text;
  }
}
