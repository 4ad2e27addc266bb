package dev.millrace.server.gateway.v1;

import com.google.protobuf.Duration;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.Usage;
import dev.millrace.v1.UsageServiceGrpc;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Usage as a table for spreadsheets (RFC 4180). Stateless. */
final class UsageCsv {
  /** Header with the token of the next page. */
  static final String NEXT_PAGE = "millrace-next-page-token";

  private static final List<String> COLUMNS =
      List.of(
          "time",
          "caller",
          "model",
          "version",
          "requests",
          "examples",
          "bytes_in",
          "bytes_out",
          "compute_seconds",
          "training_seconds",
          "saved_seconds",
          "cost",
          "currency");
  private static final String FORMULA = "=+-@\t\r";
  private static final int NANO_DIGITS = 9;

  private UsageCsv() {}

  /** True for a call whose answer can be a table, when that is what the client takes first. */
  static boolean isWanted(String method, RequestHeaders headers) {
    return method.equals(UsageServiceGrpc.getGetUsageMethod().getFullMethodName())
        && headers.accept().stream()
            .findFirst()
            .filter(type -> type.type().equals("text") && type.subtype().equals("csv"))
            .isPresent();
  }

  /** One page of it. */
  static HttpResponse response(GetUsageResponse usage) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.CSV_UTF_8)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .set(HttpHeaderNames.VARY, "accept");
    if (!usage.getNextPageToken().isEmpty()) {
      headers.set(NEXT_PAGE, usage.getNextPageToken());
    }
    return HttpResponse.of(headers.build(), HttpData.ofUtf8(table(usage)));
  }

  static String table(GetUsageResponse usage) {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      csv.writeRecord(COLUMNS);
      usage.getUsageList().forEach(row -> csv.writeRecord(record(row, usage.getCurrency())));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  private static List<String> record(Usage row, String currency) {
    return List.of(
        row.hasTime() ? Instant.ofEpochSecond(row.getTime().getSeconds()).toString() : "",
        plain(row.getCaller()),
        row.getModel(),
        Long.toString(row.getVersion()),
        Long.toString(row.getRequests()),
        Long.toString(row.getExamples()),
        Long.toString(row.getBytesIn()),
        Long.toString(row.getBytesOut()),
        seconds(row.getComputeTime()),
        seconds(row.getTrainingTime()),
        seconds(row.getSavedTime()),
        BigDecimal.valueOf(row.getCost()).toPlainString(),
        plain(currency));
  }

  /** A spreadsheet would take such a name for a formula, and run it. */
  private static String plain(String name) {
    return !name.isEmpty() && FORMULA.indexOf(name.charAt(0)) >= 0 ? "'" + name : name;
  }

  private static String seconds(Duration time) {
    return BigDecimal.valueOf(time.getSeconds())
        .add(BigDecimal.valueOf(time.getNanos(), NANO_DIGITS))
        .toPlainString();
  }
}
