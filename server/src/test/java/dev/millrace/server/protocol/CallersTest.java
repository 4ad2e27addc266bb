package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import io.grpc.Context;
import org.junit.jupiter.api.Test;

final class CallersTest {
  private static final ModelName MNIST = new ModelName("mnist");

  @Test
  void current_outsideOfCalls_isNobodyWhoMayDoAnything() {
    assertThat(Callers.current()).isEqualTo(Caller.UNKNOWN);
    assertThat(Callers.see(MNIST)).isFalse();
    assertRefused(() -> Callers.require(Permission.TRAIN, MNIST), ErrorReason.PERMISSION_MISSING);
  }

  @Test
  void requireOfSeen_modelThatMayNotBeSeen_isNotThere() {
    assertRefused(() -> Callers.requireOfSeen(Permission.VIEW, MNIST), ErrorReason.MODEL_NOT_FOUND);
  }

  @Test
  void require_callerWhoMay_passesAndAnotherIsToldWhatIsMissing() {
    Caller alice = new Caller("key:alice", access());
    Context before = Callers.with(alice).attach();
    try {
      assertThat(Callers.current()).isEqualTo(alice);
      assertThat(Callers.see(MNIST)).isTrue();
      Callers.require(Permission.TRAIN, MNIST);
      Callers.requireOfSeen(Permission.TRAIN, MNIST);
      assertThatThrownBy(() -> Callers.requireOfSeen(Permission.ADMIN, MNIST))
          .hasMessage(
              "this needs the permission 'admin' for model 'mnist', which 'key:alice' does not"
                  + " have")
          .isInstanceOfSatisfying(
              ServingException.class,
              refused ->
                  assertThat(refused.metadata())
                      .containsEntry("permission", "admin")
                      .containsEntry("model", "mnist"));
    } finally {
      Context.current().detach(before);
    }
  }

  @Test
  void own_sameIdOfTwoCallers_isTwoIds() {
    Access some = access();
    String alices = as(new Caller("alice", some), "job");
    assertThat(alices).hasSize(64).isNotEqualTo(as(new Caller("bob", some), "job"));
    assertThat(alices).isEqualTo(as(new Caller("alice", some), "job"));
    // "a" and "bjob" are not "ab" and "job".
    assertThat(as(new Caller("a", some), "bjob")).isNotEqualTo(as(new Caller("ab", some), "job"));
  }

  @Test
  void own_idOfAnOpenServer_orNone_orATooLongOne_isItself() {
    assertThat(as(new Caller("10.0.0.1", Access.ALL), "job")).isEqualTo("job");
    assertThat(as(new Caller("alice", access()), "")).isEmpty();
    assertThat(as(new Caller("alice", access()), "x".repeat(129))).hasSize(129);
    assertThat(as(new Caller("alice", access()), "x".repeat(128))).hasSize(64);
  }

  private static String as(Caller caller, String requestId) {
    Context context = Callers.with(caller);
    Context before = context.attach();
    try {
      return Callers.own(requestId);
    } finally {
      context.detach(before);
    }
  }

  private static Access access() {
    return new Access() {
      @Override
      public boolean may(Permission permission, String model) {
        return permission != Permission.ADMIN;
      }

      @Override
      public boolean mayEverywhere(Permission permission) {
        return false;
      }

      @Override
      public boolean maySomewhere(Permission permission) {
        return true;
      }
    };
  }

  private static void assertRefused(Runnable call, ErrorReason reason) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            ServingException.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }
}
