package dev.millrace.server.boot.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a server may listen while nobody has to say who that is. */
final class BindRuleTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, false",
    "localhost, ::1, false",
    "127.8.9.10, 127.0.0.1, false",
    "0.0.0.0, 127.0.0.1, true",
    "::, 127.0.0.1, true",
    "192.0.2.7, 127.0.0.1, true",
    "127.0.0.1, 0.0.0.0, true"
  })
  void check_openServer_listensOnThisMachineAlone(String host, String management, boolean beyond) {
    ServeOptions open = options(host, management, false);
    assertThat(BindRule.isReachable(open)).isEqualTo(beyond);
    if (beyond) {
      assertThatThrownBy(() -> BindRule.check(open, false))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("without authentication");
    } else {
      BindRule.check(open, false);
    }
    BindRule.check(open, true);
    BindRule.check(options(host, management, true), false);
  }

  @Test
  void check_addressThatIsNone_isNamed() {
    ServeOptions wrong = options("127.0.0.1", "[nope", false);
    assertThatThrownBy(() -> BindRule.check(wrong, true))
        .hasMessage("management-host '[nope' is no address of this machine");
  }

  private static ServeOptions options(String host, String management, boolean insecure) {
    Map<ServeOption, String> given = new HashMap<>();
    given.put(ServeOption.REPOSITORY, "models");
    given.put(ServeOption.HOST, host);
    given.put(ServeOption.MANAGEMENT_HOST, management);
    if (insecure) {
      given.put(ServeOption.INSECURE, "true");
    }
    return OptionSources.merge(given, Map.of(), "");
  }
}
