package dev.millrace.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginsTest {
  private static final Origins LOCAL = new Origins(Set.of(), Set.of(), true);
  private static final Origins NAMED =
      new Origins(Set.of("models.example.org"), Set.of("https://app.example.org"), false);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8501",
        "127.0.0.1",
        "127.0.0.1:8501",
        "[::1]",
        "[::1]:8501",
        "[fe80::1%2]:1"
      })
  void knowsHost_addressesAndThisMachine_areKnownEverywhere(String authority) {
    assertThat(LOCAL.knowsHost(authority)).isTrue();
    assertThat(NAMED.knowsHost(authority)).isTrue();
  }

  /** A name that somebody else has pointed at this machine. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example.org",
        "evil.example.org:8501",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "1.2.3",
        "[::1].example.org",
        ""
      })
  void knowsHost_nameOfSomebodyElse_isUnknown(String authority) {
    assertThat(LOCAL.knowsHost(authority)).isFalse();
    assertThat(NAMED.knowsHost(authority)).isFalse();
    assertThat(LOCAL.knowsHost(null)).isFalse();
  }

  @Test
  void knowsHost_namesThatAreGiven_areThoseAlone() {
    assertThat(NAMED.knowsHost("Models.example.org:8501")).isTrue();
    assertThat(LOCAL.knowsHost("models.example.org")).isFalse();
    Origins anybody = new Origins(Set.of(), Set.of(), false);
    assertThat(anybody.knowsHost("whatever.example.org")).isTrue();
    assertThat(anybody.knowsHost(null)).isFalse();
    assertThat(new Origins(Set.of("a.org"), Set.of(), true).knowsHost("a.org:1")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "http://h:1, h:1, true",
    "HTTPS://H:1, h:1, true",
    "http://h:2, h:1, false",
    "http://h, h:1, false",
    "ftp://h:1, h:1, false",
    "null, h:1, false",
    "http://h:1, , false"
  })
  void isOwn_originAndAuthority_isTrueForOurPagesAlone(
      String origin, String authority, boolean own) {
    assertThat(NAMED.isOwn(origin, authority)).isEqualTo(own);
  }

  @Test
  void allows_originThatIsGiven_isThatAlone() {
    assertThat(NAMED.allows("https://app.example.org")).isTrue();
    assertThat(NAMED.allows("http://app.example.org")).isFalse();
    assertThat(NAMED.allows("https://app.example.org.evil")).isFalse();
    assertThat(LOCAL.allows("https://app.example.org")).isFalse();
  }
}
