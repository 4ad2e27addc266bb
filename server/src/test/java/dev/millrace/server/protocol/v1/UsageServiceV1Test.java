package dev.millrace.server.protocol.v1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.usage.Amounts;
import dev.millrace.server.usage.Budgets;
import dev.millrace.server.usage.Terms;
import dev.millrace.server.usage.TermsFile;
import dev.millrace.server.usage.UsageKey;
import dev.millrace.server.usage.UsageLedger;
import dev.millrace.server.usage.UsageQuery;
import dev.millrace.server.usage.UsageReports;
import dev.millrace.server.usage.UsageRow;
import dev.millrace.server.usage.UsageStore;
import dev.millrace.v1.BudgetStatus;
import dev.millrace.v1.GetUsageRequest;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.UsageDimension;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the service asks the store, and whom it tells of whom. */
final class UsageServiceV1Test {
  private final PuppetClock clock = new PuppetClock();
  private final List<UsageQuery> asked = new ArrayList<>();
  private final List<UsageRow> rows = new ArrayList<>();
  private final UsageStore store = new Asked();
  private final Terms terms =
      TermsFile.parse("prices: {currency: EUR, compute-hour: 1}\ndefault: {budget: {month: 10}}");
  private final Budgets budgets = new Budgets(() -> terms, why -> {}, clock);
  private Optional<String> confined = Optional.empty();
  private final UsageServiceV1 service =
      new UsageServiceV1(
          new UsageReports(new UsageLedger(store, clock), store, budgets, () -> terms),
          () -> confined,
          new StatusMapper(() -> "id"),
          clock);

  @Test
  void getUsage_byDefault_asksForThisMonthByModelAndDay() {
    clock.advance(Duration.ofDays(40).plusMinutes(90));
    ask(GetUsageRequest.getDefaultInstance());
    UsageQuery query = asked.get(0);
    assertThat(UsageKey.startOf(query.fromHour())).isEqualTo(Instant.parse("2026-02-01T00:00:00Z"));
    assertThat(UsageKey.startOf(query.toHour())).isEqualTo(Instant.parse("2026-02-10T02:00:00Z"));
    assertThat(query.by())
        .isEqualTo(EnumSet.of(UsageQuery.Dimension.MODEL, UsageQuery.Dimension.DAY));
    assertThat(query.limit()).isEqualTo(101);
    assertThat(query.caller()).isEmpty();
  }

  @Test
  void getUsage_times_areRoundedToHoursThatTheyTouch() {
    ask(span("2026-01-05T10:59:59Z", "2026-01-05T12:00:00Z"));
    ask(span("2026-01-05T10:00:00Z", "2026-01-05T12:00:01Z"));
    assertThat(UsageKey.startOf(asked.get(0).fromHour()))
        .isEqualTo(Instant.parse("2026-01-05T10:00:00Z"));
    assertThat(UsageKey.startOf(asked.get(0).toHour()))
        .isEqualTo(Instant.parse("2026-01-05T12:00:00Z"));
    assertThat(UsageKey.startOf(asked.get(1).toHour()))
        .isEqualTo(Instant.parse("2026-01-05T13:00:00Z"));
  }

  @Test
  void getUsage_callerWhoIsNoAdministrator_isToldOfItsOwnUseAlone() {
    budgets.add("a", Amounts.ofCompute(1), budgets.firstHour());
    budgets.add("b", Amounts.ofCompute(1), budgets.firstHour());
    row("a");
    confined = Optional.of("a");
    GetUsageResponse own = ask(GetUsageRequest.getDefaultInstance());
    assertThat(asked.get(0).caller()).contains("a");
    assertThat(own.getBudgetsList()).extracting(BudgetStatus::getCaller).containsExactly("a");
    assertThat(ask(of("a")).getUsageCount()).isEqualTo(1);
    GetUsageResponse others = ask(of("b"));
    assertThat(others.getUsageList()).isEmpty();
    assertThat(others.getBudgetsList()).isEmpty();
    assertThat(asked).hasSize(2);
  }

  @Test
  void getUsage_administrator_isToldOfWhomItAsksFor() {
    budgets.add("a", Amounts.ofCompute(1), budgets.firstHour());
    budgets.add("b", Amounts.ofCompute(1), budgets.firstHour());
    assertThat(ask(GetUsageRequest.getDefaultInstance()).getBudgetsCount()).isEqualTo(2);
    assertThat(ask(of("b")).getBudgetsList())
        .extracting(BudgetStatus::getCaller)
        .containsExactly("b");
    assertThat(asked.get(1).caller()).contains("b");
  }

  @Test
  void getUsage_moreRowsThanAPage_hasATokenThatLeadsOn() {
    row("a:b");
    row("c");
    GetUsageResponse page =
        ask(
            GetUsageRequest.newBuilder()
                .setPageSize(1)
                .addGroupBy(UsageDimension.USAGE_DIMENSION_CALLER)
                .build());
    assertThat(page.getUsageCount()).isEqualTo(1);
    assertThat(page.getUsage(0).hasTime()).isFalse();
    ask(GetUsageRequest.newBuilder().setPageToken(page.getNextPageToken()).build());
    assertThat(asked.get(1).after()).contains(new UsageRow.Place(3, "a:b", "m", 7));
  }

  @Test
  void getUsage_aRow_hasItsFiguresAndItsCost() {
    rows.add(
        new UsageRow(
            new UsageRow.Place(24, "a", "m", 7),
            new Amounts(1, 2, 3, 4, Duration.ofHours(2).toNanos(), 1_500_000_000, 7)));
    dev.millrace.v1.Usage told = ask(GetUsageRequest.getDefaultInstance()).getUsage(0);
    assertThat(told.getTime().getSeconds()).isEqualTo(86_400);
    assertThat(told.getModel()).isEqualTo("models/m");
    assertThat(told.getVersion()).isEqualTo(7);
    assertThat(told.getRequests()).isEqualTo(1);
    assertThat(told.getExamples()).isEqualTo(2);
    assertThat(told.getBytesIn()).isEqualTo(3);
    assertThat(told.getBytesOut()).isEqualTo(4);
    assertThat(told.getComputeTime().getSeconds()).isEqualTo(7200);
    assertThat(told.getTrainingTime().getNanos()).isEqualTo(500_000_000);
    assertThat(told.getSavedTime().getNanos()).isEqualTo(7);
    assertThat(told.getCost()).isEqualTo(2);
  }

  private static GetUsageRequest of(String caller) {
    return GetUsageRequest.newBuilder().setCaller(caller).build();
  }

  private static GetUsageRequest span(String from, String to) {
    return GetUsageRequest.newBuilder()
        .setStartTime(ModelCodec.timestamp(Instant.parse(from)))
        .setEndTime(ModelCodec.timestamp(Instant.parse(to)))
        .build();
  }

  private void row(String caller) {
    rows.add(new UsageRow(new UsageRow.Place(3, caller, "m", 7), Amounts.ofCompute(5)));
  }

  private GetUsageResponse ask(GetUsageRequest request) {
    List<GetUsageResponse> answers = new ArrayList<>();
    service.getUsage(
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(GetUsageResponse answer) {
            answers.add(answer);
          }

          @Override
          public void onError(Throwable failure) {
            throw new AssertionError(failure);
          }

          @Override
          public void onCompleted() {}
        });
    return answers.get(0);
  }

  private final class Asked implements UsageStore {
    @Override
    public void add(Batch batch) {}

    @Override
    public long lastBatch() {
      return 0;
    }

    @Override
    public Map<String, Long> jobs() {
      return Map.of();
    }

    @Override
    public List<UsageRow> query(UsageQuery query) {
      asked.add(query);
      return rows;
    }

    @Override
    public Map<String, Amounts> totals(long fromHour) {
      return Map.of();
    }

    @Override
    public void forgetBefore(long hour) {}

    @Override
    public void close() {}
  }
}
