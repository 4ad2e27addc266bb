package dev.millrace.server.security.permission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Permission;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
final class GrantsTest {
  @ParameterizedTest
  @CsvSource({
    "*, anything, true",
    "team-a-*, team-a-mnist, true",
    "team-a-*, team-a-, true",
    "team-a-*, team-b-mnist, false",
    "team-a-*, Team-a-mnist, false",
    "team-a-*, x-team-a-mnist, false",
    "mnist, mnist, true",
    "mnist, mnist2, false",
    "*-eu, fraud-eu, true",
    "*-eu, fraud-eu2, false",
    "a*b*c, a-b-b-c, true",
    "a*b*c, a-c-b, false",
    "a.c, abc, false",
    "team-a-*, team-*-mnist, false",
    "a**c, abc, true"
  })
  void matches_patternAndName_isTrueWhereStarsCanStandForTheRest(
      String pattern, String name, boolean matches) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
  }

  @Test
  void matches_longNameOfManyStars_endsAtOnce() {
    NamePattern pattern = new NamePattern("*a".repeat(60) + "b");
    long start = System.nanoTime();
    assertThat(pattern.matches("a".repeat(128))).isFalse();
    assertThat(pattern.matches("a".repeat(1 << 24))).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void matches_nameLongerThanNamesAre_isFalse() {
    assertThat(new NamePattern("a*").matches("a".repeat(128))).isTrue();
    assertThat(new NamePattern("a*").matches("a".repeat(129))).isFalse();
    assertThat(new NamePattern("*").matches("a".repeat(129))).isTrue();
    assertThat(NamePattern.isValid("a".repeat(128))).isTrue();
    assertThat(NamePattern.isValid("a".repeat(129))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"viewer", "predictor:team-a-*", "admin:*", "trainer:a.b_c-d"})
  void parse_whatIsAGrant_isReadAndWritten(String text) {
    assertThat(Grant.parse(text).orElseThrow().toString()).isEqualTo(text.replace(":*", ""));
  }

  @ParameterizedTest
  @CsvSource({"root", "''", "viewer:", "viewer:a/b", "Viewer", "viewer :a", "viewer:a b"})
  void parse_whatIsNone_isEmpty(String text) {
    assertThat(Grant.parse(text)).isEmpty();
  }

  @Test
  void may_roles_haveNoMoreThanTheirs() {
    Grants viewer = of("viewer:a-*");
    assertThat(viewer.may(Permission.VIEW, "a-1")).isTrue();
    assertThat(viewer.may(Permission.PREDICT, "a-1")).isFalse();
    assertThat(viewer.may(Permission.VIEW, "b-1")).isFalse();
    assertThat(of("trainer").may(Permission.PUBLISH, "a")).isFalse();
    assertThat(of("publisher").may(Permission.TRAIN, "a")).isFalse();
    assertThat(of("publisher").may(Permission.ADMIN, "a")).isFalse();
    for (Permission permission : Permission.values()) {
      assertThat(of("admin").may(permission, "a")).isTrue();
    }
  }

  @Test
  void mayEverywhere_patternOfSomeModels_isFalse() {
    assertThat(of("admin:team-*").mayEverywhere(Permission.ADMIN)).isFalse();
    assertThat(of("admin:**").mayEverywhere(Permission.ADMIN)).isFalse();
    assertThat(of("admin").mayEverywhere(Permission.ADMIN)).isTrue();
    assertThat(of("admin:team-*", "viewer").mayEverywhere(Permission.ADMIN)).isFalse();
    assertThat(of("admin:team-*", "viewer").mayEverywhere(Permission.VIEW)).isTrue();
    assertThat(of().maySomewhere(Permission.VIEW)).isFalse();
    assertThat(of("viewer:x").maySomewhere(Permission.VIEW)).isTrue();
    assertThat(of("viewer:x").maySomewhere(Permission.PREDICT)).isFalse();
  }

  private static Grants of(String... grants) {
    return new Grants(Arrays.stream(grants).map(Grant::parse).map(Optional::orElseThrow).toList());
  }
}
