package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PricesTest {
  private static final Prices PRICES = new Prices("EUR", 2, 3, 5, 7, 11);

  @ParameterizedTest
  @CsvSource({
    "1000000, 0, 0, 0, 0, 0, 2",
    "0, 1000, 0, 0, 0, 0, 3",
    "0, 0, 1000000000, 0, 0, 0, 5",
    "0, 0, 0, 1000000000, 0, 0, 5",
    "0, 0, 0, 0, 3600, 0, 7",
    "0, 0, 0, 0, 0, 3600, 11",
    "500000, 500, 500000000, 500000000, 1800, 1800, 16.5"
  })
  void cost_eachAmount_hasItsPrice(
      long requests, long examples, long in, long out, long compute, long training, double cost) {
    Amounts used =
        new Amounts(
            requests,
            examples,
            in,
            out,
            Duration.ofSeconds(compute).toNanos(),
            Duration.ofSeconds(training).toNanos(),
            999_999_999_999L);
    assertThat(PRICES.cost(used)).isCloseTo(cost, within(1e-9));
  }

  @Test
  void isFree_onePriceAlone_isNot() {
    assertThat(Prices.NONE.isFree()).isTrue();
    assertThat(new Prices("EUR", 0, 0, 0, 0, 0).isFree()).isTrue();
    assertThat(new Prices("", 1, 0, 0, 0, 0).isFree()).isFalse();
    assertThat(new Prices("", 0, 1, 0, 0, 0).isFree()).isFalse();
    assertThat(new Prices("", 0, 0, 1, 0, 0).isFree()).isFalse();
    assertThat(new Prices("", 0, 0, 0, 1, 0).isFree()).isFalse();
    assertThat(new Prices("", 0, 0, 0, 0, 1).isFree()).isFalse();
  }

  @Test
  void plus_twoAmounts_addsEach() {
    assertThat(new Amounts(1, 2, 3, 4, 5, 6, 7).plus(new Amounts(10, 20, 30, 40, 50, 60, 70)))
        .isEqualTo(new Amounts(11, 22, 33, 44, 55, 66, 77));
  }

  @Test
  void hourOf_momentsAroundAnHour_areInTheirs() {
    Instant noon = Instant.parse("2026-02-03T12:00:00Z");
    long hour = UsageKey.hourOf(noon);
    assertThat(UsageKey.startOf(hour)).isEqualTo(noon);
    assertThat(UsageKey.hourOf(noon.minusNanos(1))).isEqualTo(hour - 1);
    assertThat(UsageKey.hourOf(noon.plusSeconds(3599))).isEqualTo(hour);
  }

  @Test
  void hoursOfRow_eachWayToGroup_isItsSpan() {
    assertThat(query(Set.of()).hoursOfRow()).isZero();
    assertThat(query(EnumSet.of(UsageQuery.Dimension.CALLER)).hoursOfRow()).isZero();
    assertThat(query(EnumSet.of(UsageQuery.Dimension.DAY)).hoursOfRow()).isEqualTo(24);
    assertThat(query(EnumSet.of(UsageQuery.Dimension.DAY, UsageQuery.Dimension.HOUR)).hoursOfRow())
        .isEqualTo(1);
  }

  private static UsageQuery query(Set<UsageQuery.Dimension> by) {
    return new UsageQuery(0, 1, by, Optional.empty(), Optional.empty(), 1, Optional.empty());
  }
}
