package dev.millrace.client;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.millrace.v1.BudgetStatus;
import dev.millrace.v1.GetUsageRequest;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.Usage;
import dev.millrace.v1.UsageServiceGrpc;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What callers used. Every method waits for the answer and throws {@link MillraceException}.
 * Thread-safe.
 */
public final class UsageHandle {
  private static final int PAGE_SIZE = 1000;
  private static final String MODELS = "models/";

  private final Channel channel;

  UsageHandle(Channel channel) {
    this.channel = channel;
  }

  /** What was used, all pages of it; of a caller who is no administrator, its own use alone. */
  public UsageReport report(UsageRequest request) {
    List<UsageRow> rows = new ArrayList<>();
    GetUsageRequest.Builder message = encode(request);
    GetUsageResponse page;
    do {
      page =
          Channel.await(
              Channel.future(
                  channel
                      .timed(UsageServiceGrpc.newFutureStub(channel.grpc()))
                      .getUsage(message.build())));
      page.getUsageList().forEach(row -> rows.add(decode(row)));
      message.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    return new UsageReport(
        rows, page.getCurrency(), page.getBudgetsList().stream().map(UsageHandle::decode).toList());
  }

  private static GetUsageRequest.Builder encode(UsageRequest request) {
    GetUsageRequest.Builder message =
        GetUsageRequest.newBuilder()
            .setCaller(request.caller())
            .setModel(request.model())
            .setPageSize(PAGE_SIZE);
    request.from().ifPresent(time -> message.setStartTime(timestamp(time)));
    request.to().ifPresent(time -> message.setEndTime(timestamp(time)));
    request
        .by()
        .forEach(
            dimension ->
                message.addGroupBy(
                    dev.millrace.v1.UsageDimension.valueOf("USAGE_DIMENSION_" + dimension.name())));
    return message;
  }

  private static UsageRow decode(Usage row) {
    return new UsageRow(
        row.hasTime() ? Optional.of(instant(row.getTime())) : Optional.empty(),
        row.getCaller(),
        row.getModel().startsWith(MODELS)
            ? row.getModel().substring(MODELS.length())
            : row.getModel(),
        row.getVersion(),
        row.getRequests(),
        row.getExamples(),
        row.getBytesIn(),
        row.getBytesOut(),
        duration(row.getComputeTime()),
        duration(row.getTrainingTime()),
        duration(row.getSavedTime()),
        row.getCost());
  }

  private static BudgetInfo decode(BudgetStatus status) {
    return new BudgetInfo(
        status.getCaller(),
        status.getBudget(),
        status.getSpent(),
        status.getWarned(),
        status.getExhausted(),
        instant(status.getRenewTime()));
  }

  private static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static java.time.Duration duration(Duration time) {
    return java.time.Duration.ofSeconds(time.getSeconds(), time.getNanos());
  }
}
