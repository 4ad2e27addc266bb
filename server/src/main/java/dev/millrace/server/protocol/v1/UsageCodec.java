package dev.millrace.server.protocol.v1;

import com.google.protobuf.Timestamp;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.usage.Amounts;
import dev.millrace.server.usage.BudgetStatus;
import dev.millrace.server.usage.Prices;
import dev.millrace.server.usage.UsageKey;
import dev.millrace.server.usage.UsageQuery;
import dev.millrace.server.usage.UsageRow;
import dev.millrace.v1.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Usage as messages say it. Stateless. */
final class UsageCodec {
  private static final int PLACE_PARTS = 4;

  private UsageCodec() {}

  static Usage encode(UsageRow row, UsageQuery query, Prices prices) {
    Amounts used = row.used();
    UsageRow.Place place = row.place();
    Usage.Builder builder =
        Usage.newBuilder()
            .setCaller(place.caller())
            .setModel(place.model().isEmpty() ? "" : new ModelName(place.model()).resource())
            .setVersion(place.version())
            .setRequests(used.requests())
            .setExamples(used.examples())
            .setBytesIn(used.bytesIn())
            .setBytesOut(used.bytesOut())
            .setComputeTime(ModelCodec.duration(Duration.ofNanos(used.computeNanos())))
            .setTrainingTime(ModelCodec.duration(Duration.ofNanos(used.trainingNanos())))
            .setSavedTime(ModelCodec.duration(Duration.ofNanos(used.savedNanos())))
            .setCost(prices.cost(used));
    if (query.hoursOfRow() > 0) {
      builder.setTime(ModelCodec.timestamp(UsageKey.startOf(place.hour())));
    }
    return builder.build();
  }

  static dev.millrace.v1.BudgetStatus encode(BudgetStatus status) {
    return dev.millrace.v1.BudgetStatus.newBuilder()
        .setCaller(status.caller())
        .setBudget(status.budget().perMonth())
        .setSpent(status.spent())
        .setWarned(status.isWarned())
        .setExhausted(status.isSpent())
        .setRenewTime(ModelCodec.timestamp(status.renewTime()))
        .build();
  }

  /**
   * A time of a request.
   *
   * @throws ServingException PARAMETER_INVALID before 1970 or after the latest
   */
  static Instant instant(String field, Timestamp time, Instant latest) {
    if (time.getSeconds() < 0
        || time.getSeconds() > latest.getEpochSecond()
        || time.getNanos() < 0
        || time.getNanos() > 999_999_999) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  field, ErrorReason.PARAMETER_INVALID, "expected a time from 1970 to 9999")));
    }
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** A place as a page token carries it; the caller, which may hold anything, is the last part. */
  static String token(UsageRow.Place place) {
    return place.hour() + ":" + place.version() + ":" + place.model() + ":" + place.caller();
  }

  /**
   * The place of a token.
   *
   * @throws ServingException PAGE_TOKEN_INVALID
   */
  static UsageRow.Place place(String token) {
    String[] parts = token.split(":", PLACE_PARTS);
    try {
      if (parts.length == PLACE_PARTS) {
        return new UsageRow.Place(
            Long.parseLong(parts[0]), parts[3], parts[2], Long.parseLong(parts[1]));
      }
    } catch (NumberFormatException foreign) {
      // The same refusal as for any other foreign token.
    }
    throw ServingException.ofViolations(
        List.of(
            new FieldViolation(
                "page_token",
                ErrorReason.PAGE_TOKEN_INVALID,
                "expected the next_page_token of an earlier answer")));
  }
}
