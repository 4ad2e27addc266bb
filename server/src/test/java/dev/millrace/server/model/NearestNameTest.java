package dev.millrace.server.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestNameTest {
  @ParameterizedTest
  @CsvSource({
    "port, port",
    "prot, port",
    "pots, port",
    "manegement-prt, management-port",
    "'', port",
    "repositories, repository"
  })
  void of_mistyped_isTheNameWithTheFewestEdits(String typed, String meant) {
    assertThat(NearestName.of(typed, List.of("repository", "port", "management-port")))
        .isEqualTo(meant);
  }
}
