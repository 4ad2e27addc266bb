package dev.millrace.server.security.permission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Access;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When two callers have the same access, by which open streams are judged. */
final class GrantsComparisonTest {
  @Test
  void equals_ofTheSameGrantsReadTwice_isTrue() {
    assertThat(of("viewer", "predictor:team-a-*"))
        .isEqualTo(of("viewer", "predictor:team-a-*"))
        .hasSameHashCodeAs(of("viewer", "predictor:team-a-*"));
    assertThat(of("viewer:*")).isEqualTo(of("viewer"));
  }

  @Test
  void equals_ofOtherRolesOrModels_isFalse() {
    assertThat(of("viewer"))
        .isNotEqualTo(of("predictor"))
        .isNotEqualTo(of("viewer:team-a-*"))
        .isNotEqualTo(of("viewer", "trainer"))
        .isNotEqualTo(of())
        .isNotEqualTo(Access.NONE);
    assertThat(of()).isNotEqualTo(Access.NONE).isNotEqualTo(Access.ALL);
  }

  private static Grants of(String... texts) {
    return new Grants(Arrays.stream(texts).map(Grant::parse).map(Optional::orElseThrow).toList());
  }
}
