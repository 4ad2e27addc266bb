package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quotas under a clock that the test moves. */
final class QuotasTest {
  private static final Caller A = new Caller("a");
  private static final Caller B = new Caller("b");
  private static final Set<QuotaKind> ALL = EnumSet.allOf(QuotaKind.class);
  private static final Set<QuotaKind> NOTHING = EnumSet.noneOf(QuotaKind.class);

  private final List<String> refusals = new ArrayList<>();
  private long nanos = 1_000_000;
  private Terms terms =
      TermsFile.parse(
          """
          default:
            requests: {rate: 2/s, burst: 3}
            bytes: {rate: 100/s, burst: 1000}
            compute-milliseconds: {rate: 10/s, burst: 50}
            training-seconds: {rate: 60/m, burst: 120}
          """);
  private final Quotas quotas = new Quotas(() -> terms, refusals::add, () -> nanos);

  @Test
  void admit_burstIsUsedUp_refusesUntilOneHasComeBack() {
    admit(A, 3);
    ServingException refused = refusal(A, NOTHING);
    assertThat(refused.reason()).isEqualTo(ErrorReason.QUOTA_EXCEEDED);
    assertThat(refused.metadata()).containsEntry("quota", "requests");
    assertThat(refused.retryAfter()).contains(Duration.ofMillis(500));
    assertThat(refused.message())
        .isEqualTo("the quota of requests is used up: 2 a second, 3 at once; try again in 1 s");
    assertThat(refusals).containsExactly("requests");
    pass(Duration.ofMillis(499));
    refusal(A, NOTHING);
    pass(Duration.ofMillis(1));
    admit(A, 1);
    refusal(A, NOTHING);
  }

  @Test
  void admit_aLongPause_givesTheBurstAndNoMore() {
    admit(A, 3);
    pass(Duration.ofDays(300));
    admit(A, 3);
    refusal(A, NOTHING);
  }

  @Test
  void admit_anotherCaller_hasAQuotaOfItsOwn() {
    admit(A, 3);
    admit(B, 3);
    refusal(B, NOTHING);
  }

  @Test
  void admit_theServerItself_isNotLimited() {
    admit(Caller.UNKNOWN, 100);
    quotas.chargeCompute(Caller.UNKNOWN, Duration.ofHours(1).toNanos());
    quotas.admit(Caller.UNKNOWN, ALL);
    assertThat(quotas.size()).isZero();
  }

  @Test
  void admit_bytesInDebt_waitsUntilTheyArePaidOff() {
    quotas.chargeBytes(A, 1100);
    ServingException refused = refusal(A, EnumSet.of(QuotaKind.BYTES));
    assertThat(refused.metadata()).containsEntry("quota", "bytes");
    assertThat(refused.retryAfter()).contains(Duration.ofMillis(1010));
    quotas.admit(A, EnumSet.of(QuotaKind.COMPUTE, QuotaKind.TRAINING));
    pass(Duration.ofMillis(1010));
    quotas.admit(A, EnumSet.of(QuotaKind.BYTES));
  }

  @Test
  void admit_lastByteIsLeft_isLetIn() {
    quotas.chargeBytes(A, 999);
    quotas.admit(A, ALL);
    quotas.chargeBytes(A, 1);
    refusal(A, ALL);
  }

  @Test
  void admit_computeInDebt_waitsAsLongAsItTook() {
    quotas.chargeCompute(A, Duration.ofMillis(150).toNanos());
    ServingException refused = refusal(A, EnumSet.of(QuotaKind.COMPUTE));
    assertThat(refused.metadata()).containsEntry("quota", "compute-milliseconds");
    assertThat(refused.message()).contains("milliseconds of compute time", "10 a second");
    assertThat(refused.retryAfter().orElseThrow())
        .isBetween(Duration.ofSeconds(10), Duration.ofMillis(10_001));
    pass(Duration.ofMillis(10_001));
    quotas.admit(A, ALL);
  }

  @Test
  void chargeCompute_lessThanAMicrosecond_countsAsOne() {
    for (int i = 0; i < 50_000; i++) {
      quotas.chargeCompute(A, 10);
    }
    refusal(A, EnumSet.of(QuotaKind.COMPUTE));
  }

  @Test
  void chargeCompute_inMicroseconds_leavesTheRest() {
    quotas.chargeCompute(A, Duration.ofMillis(49).toNanos());
    quotas.admit(A, ALL);
  }

  @Test
  void admit_trainingInDebt_refusesTrainingAlone() {
    quotas.chargeTraining(A, Duration.ofSeconds(180).toNanos());
    quotas.admit(A, EnumSet.of(QuotaKind.BYTES, QuotaKind.COMPUTE));
    ServingException refused = refusal(A, EnumSet.of(QuotaKind.TRAINING));
    assertThat(refused.metadata()).containsEntry("quota", "training-seconds");
    assertThat(refused.message()).contains("60 a minute");
    pass(Duration.ofSeconds(61));
    quotas.admit(A, ALL);
  }

  @Test
  void admit_refusedForDebt_takesNoRequestOff() {
    quotas.chargeBytes(A, 1000);
    for (int i = 0; i < 10; i++) {
      refusal(A, ALL);
    }
    pass(Duration.ofMillis(10));
    quotas.admit(A, ALL);
    quotas.admit(A, NOTHING);
    quotas.admit(A, NOTHING);
  }

  @Test
  void forgetIdle_callersWhoAreFullAgain_areForgottenAndDebtsAreNot() {
    quotas.admit(A, ALL);
    quotas.chargeTraining(B, Duration.ofSeconds(600).toNanos());
    assertThat(quotas.size()).isEqualTo(2);
    quotas.forgetIdle();
    assertThat(quotas.size()).isEqualTo(2);
    pass(Duration.ofSeconds(1));
    quotas.forgetIdle();
    assertThat(quotas.size()).isEqualTo(1);
    refusal(B, EnumSet.of(QuotaKind.TRAINING));
    pass(Duration.ofSeconds(600));
    quotas.forgetIdle();
    assertThat(quotas.size()).isZero();
  }

  @Test
  void admit_moreCallersThanTheMost_shareOneAccount() {
    for (int i = 0; i < Quotas.MOST; i++) {
      quotas.admit(new Caller("caller" + i), NOTHING);
    }
    quotas.admit(new Caller("late1"), NOTHING);
    quotas.admit(new Caller("late2"), NOTHING);
    quotas.admit(new Caller("late3"), NOTHING);
    refusal(new Caller("late4"), NOTHING);
    assertThat(quotas.size()).isEqualTo(Quotas.MOST);
    admit(new Caller("caller7"), 2);
    pass(Duration.ofSeconds(2));
    quotas.forgetIdle();
    admit(new Caller("late4"), 3);
    assertThat(quotas.size()).isEqualTo(1);
  }

  @Test
  void terms_changed_keepWhatIsOwedAndTakeOthersLimits() {
    admit(A, 3);
    quotas.chargeTraining(A, Duration.ofSeconds(600).toNanos());
    terms =
        TermsFile.parse(
            """
            default:
              requests: {rate: 2/s, burst: 3}
              training-seconds: {rate: 120/s, burst: 120}
            """);
    refusal(A, NOTHING);
    assertThat(refusal(A, EnumSet.of(QuotaKind.TRAINING)).metadata())
        .containsEntry("quota", "training-seconds");
    quotas.chargeBytes(A, 1 << 20);
    pass(Duration.ofSeconds(5));
    quotas.admit(A, ALL);
  }

  @Test
  void terms_withoutALimit_letEverythingIn() {
    admit(A, 3);
    refusal(A, NOTHING);
    terms = Terms.NONE;
    admit(A, 100);
    terms = TermsFile.parse("callers: [{caller: b, requests: {rate: 1/d}}]");
    admit(A, 100);
    quotas.admit(B, NOTHING);
    assertThat(refusal(B, NOTHING).message()).contains("1 a day, 1 at once");
  }

  @ParameterizedTest
  @EnumSource(QuotaKind.class)
  void take_eachKind_isInItsOwnUnit(QuotaKind kind) {
    Allowance allowance =
        new Allowance(kind, new Limit(10, Duration.ofSeconds(1), 10), () -> nanos);
    assertThat(allowance.isFull()).isTrue();
    assertThat(allowance.take(10)).isZero();
    assertThat(allowance.isFull()).isFalse();
    assertThat(allowance.take(1)).isEqualTo(Duration.ofMillis(100));
    pass(Duration.ofMillis(999));
    assertThat(allowance.isFull()).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(allowance.isFull()).isTrue();
    allowance.charge(0);
    allowance.charge(-5);
    assertThat(allowance.isFull()).isTrue();
  }

  private void admit(Caller caller, int times) {
    for (int i = 0; i < times; i++) {
      quotas.admit(caller, NOTHING);
    }
  }

  private ServingException refusal(Caller caller, Set<QuotaKind> kinds) {
    ServingException refused =
        catchThrowableOfType(ServingException.class, () -> quotas.admit(caller, kinds));
    assertThat(refused).as("it is refused").isNotNull();
    return refused;
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }
}
