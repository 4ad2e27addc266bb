package dev.millrace.server.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AccessTest {
  @ParameterizedTest
  @EnumSource(Permission.class)
  void may_allAndNone_areEverythingAndNothing(Permission permission) {
    assertThat(Access.ALL.may(permission, "m")).isTrue();
    assertThat(Access.ALL.mayEverywhere(permission)).isTrue();
    assertThat(Access.ALL.maySomewhere(permission)).isTrue();
    assertThat(Access.NONE.may(permission, "m")).isFalse();
    assertThat(Access.NONE.mayEverywhere(permission)).isFalse();
    assertThat(Access.NONE.maySomewhere(permission)).isFalse();
  }

  @Test
  void caller_withoutCredentials_isAnonymousAndMayDoNothing() {
    Caller caller = new Caller("10.0.0.1");
    assertThat(caller.isAnonymous()).isTrue();
    assertThat(caller.access()).isSameAs(Access.NONE);
    assertThat(new Caller("10.0.0.1", Access.ALL).isAnonymous()).isFalse();
    assertThat(caller).hasToString("10.0.0.1");
  }

  /** Turns, quotas and sums are kept by it. */
  @Test
  void caller_ofTheSameId_isTheSameWhateverItMayDo() {
    Caller caller = new Caller("key:alice");
    assertThat(caller)
        .isEqualTo(new Caller("key:alice", Access.ALL))
        .hasSameHashCodeAs(new Caller("key:alice", Access.ALL))
        .isNotEqualTo(new Caller("key:bob"))
        .isNotEqualTo("key:alice");
    assertThat(caller.hashCode()).isNotEqualTo(new Caller("key:bob").hashCode());
  }
}
