package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.usage.Prices;
import dev.millrace.server.usage.UsageKey;
import dev.millrace.server.usage.UsageQuery;
import dev.millrace.server.usage.UsageReports;
import dev.millrace.server.usage.UsageRow;
import dev.millrace.v1.GetUsageRequest;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.UsageDimension;
import dev.millrace.v1.UsageServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The native usage service. Thread-safe. */
public final class UsageServiceV1 extends UsageServiceGrpc.UsageServiceImplBase {
  private static final int MOST_BUDGETS = 100;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:00:00Z");

  private final UsageReports reports;
  private final Supplier<Optional<String>> confinedTo;
  private final StatusMapper statuses;
  private final InstantSource clock;

  /**
   * A service over reports.
   *
   * @param confinedTo the caller of the present call, if it may see its own use alone
   */
  public UsageServiceV1(
      UsageReports reports,
      Supplier<Optional<String>> confinedTo,
      StatusMapper statuses,
      InstantSource clock) {
    this.reports = reports;
    this.confinedTo = confinedTo;
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public void getUsage(GetUsageRequest request, StreamObserver<GetUsageResponse> observer) {
    Answers.send(observer, () -> usage(request), statuses::toStatus);
  }

  private GetUsageResponse usage(GetUsageRequest request) {
    Optional<String> asked =
        request.getCaller().isEmpty() ? Optional.empty() : Optional.of(request.getCaller());
    Optional<String> confined = confinedTo.get();
    Optional<String> caller = asked.or(() -> confined);
    Page page = Page.of(request.getPageSize(), request.getPageToken());
    UsageQuery query = query(request, page, caller);
    boolean hidden = confined.isPresent() && !caller.equals(confined);
    List<UsageRow> rows = hidden ? List.of() : reports.rows(query);
    Prices prices = reports.prices();
    GetUsageResponse.Builder response =
        GetUsageResponse.newBuilder().setCurrency(prices.currency());
    List<UsageRow> shown = rows.subList(0, Math.min(rows.size(), page.size()));
    shown.forEach(row -> response.addUsage(UsageCodec.encode(row, query, prices)));
    if (rows.size() > shown.size()) {
      response.setNextPageToken(
          Page.tokenAfter(UsageCodec.token(shown.get(shown.size() - 1).place())));
    }
    if (!hidden) {
      reports.budgets(caller).stream()
          .limit(MOST_BUDGETS)
          .forEach(status -> response.addBudgets(UsageCodec.encode(status)));
    }
    return response.build();
  }

  private UsageQuery query(GetUsageRequest request, Page page, Optional<String> caller) {
    Instant now = clock.instant();
    Instant from =
        request.hasStartTime()
            ? UsageCodec.instant("start_time", request.getStartTime(), LATEST)
            : now.atZone(ZoneOffset.UTC)
                .toLocalDate()
                .withDayOfMonth(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    long to =
        request.hasEndTime()
            // An hour that holds the end begins before it.
            ? UsageKey.hourOf(
                UsageCodec.instant("end_time", request.getEndTime(), LATEST)
                    .plusSeconds(3600)
                    .minusNanos(1))
            : UsageKey.hourOf(now) + 1;
    return new UsageQuery(
        UsageKey.hourOf(from),
        to,
        dimensions(request.getGroupByList()),
        caller,
        request.getModel().isEmpty()
            ? Optional.empty()
            : Optional.of(VersionCalls.model(request.getModel()).id()),
        page.size() + 1,
        page.after().isEmpty() ? Optional.empty() : Optional.of(UsageCodec.place(page.after())));
  }

  private static Set<UsageQuery.Dimension> dimensions(List<UsageDimension> given) {
    if (given.isEmpty()) {
      return EnumSet.of(UsageQuery.Dimension.MODEL, UsageQuery.Dimension.DAY);
    }
    Set<UsageQuery.Dimension> by = EnumSet.noneOf(UsageQuery.Dimension.class);
    for (UsageDimension dimension : given) {
      by.add(
          switch (dimension) {
            case USAGE_DIMENSION_CALLER -> UsageQuery.Dimension.CALLER;
            case USAGE_DIMENSION_MODEL -> UsageQuery.Dimension.MODEL;
            case USAGE_DIMENSION_VERSION -> UsageQuery.Dimension.VERSION;
            case USAGE_DIMENSION_HOUR -> UsageQuery.Dimension.HOUR;
            case USAGE_DIMENSION_DAY -> UsageQuery.Dimension.DAY;
            default ->
                throw ServingException.ofViolations(
                    List.of(
                        new FieldViolation(
                            "group_by",
                            ErrorReason.PARAMETER_INVALID,
                            "takes CALLER, MODEL, VERSION, HOUR and DAY")));
          });
    }
    return by;
  }
}
