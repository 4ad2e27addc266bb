package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Caller;
import org.junit.jupiter.api.Test;

final class CallerSharesTest {
  private static final Caller A = new Caller("a");
  private static final Caller B = new Caller("b");

  private final CallerShares shares = new CallerShares();

  @Test
  void of_callerWhoWasGivenTime_isBehindOneWhoWasNot() {
    shares.give(A, 10);
    assertThat(shares.of(A)).isEqualTo(10);
    assertThat(shares.of(B)).isZero();
  }

  @Test
  void of_callerWhoWasAway_isOwedNothing() {
    shares.give(A, 10);
    shares.reach(10);
    assertThat(shares.of(B)).isEqualTo(10);
    shares.give(B, 5);
    assertThat(shares.of(B)).isEqualTo(15);
    assertThat(shares.of(A)).isEqualTo(10);
  }

  @Test
  void give_timeThatIsNotKnown_countsAllTheSame() {
    shares.give(A, 0);
    assertThat(shares.of(A)).isEqualTo(1);
  }

  @Test
  void reach_back_doesNotHappen() {
    shares.reach(10);
    shares.reach(3);
    assertThat(shares.of(A)).isEqualTo(10);
  }

  @Test
  void reset_afterAll_beginsAnew() {
    shares.give(A, 10);
    shares.reach(10);
    shares.reset();
    assertThat(shares.of(A)).isZero();
    assertThat(shares.of(B)).isZero();
  }

  @Test
  void reach_manyCallersWhoseTimeIsPast_areForgottenAndTheOthersNot() {
    for (int i = 0; i < 2000; i++) {
      shares.give(new Caller("c" + i), 1);
    }
    shares.give(A, 10);
    shares.reach(5);
    assertThat(shares.remembered()).isEqualTo(1);
    assertThat(shares.of(A)).isEqualTo(10);
  }
}
