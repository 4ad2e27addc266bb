package dev.millrace.server.boot.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.cli.ClientCommand;
import dev.millrace.server.inference.recording.RequestLog;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.record.AnsweredRequest;
import dev.millrace.server.tensorflow.record.RecordedRequests;
import dev.millrace.server.tensorflow.record.RequestLogFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace request-log replay}: recorded requests as a shadow set. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description =
        "Asks a version what callers asked, one request after the other, and says how often it"
            + " answers what they were told. The requests count as use of whoever runs this, and"
            + " are not recorded again.")
final class ReplayCommand extends ClientCommand {
  private static final int MOST_CHANGES = 10;
  private static final double PERCENT = 100;

  @Mixin private StateFolder state = new StateFolder();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "whose requests, and who is asked")
  private String model = "";

  @Parameters(paramLabel = "VERSION", description = "the version to ask, which must be loaded")
  private long version;

  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "1000",
      description = "the newest so many (default: ${DEFAULT-VALUE})")
  private int records;

  @Override
  protected int ask(MillraceClient client) {
    List<AnsweredRequest> recorded = recorded();
    if (recorded.isEmpty()) {
      throw new IllegalArgumentException(
          "no requests to '" + model + "' are recorded with their answers");
    }
    Replay replay =
        new Replay(
            client.model(model).withRequestId(RequestLog.REPLAYED).version(version),
            System::nanoTime);
    recorded.forEach(replay::ask);
    out().println(isJson() ? json(replay) : text(replay, recorded.size()));
    return replay.answered() > 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private List<AnsweredRequest> recorded() {
    try {
      return new RecordedRequests(RequestLogFolder.of(state.path()))
          .answered(new ModelName(model), records);
    } catch (ServingException noName) {
      throw new IllegalArgumentException(noName.getMessage(), noName);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable.getMessage(), unreadable);
    }
  }

  private String text(Replay replay, int asked) {
    List<String> lines = new ArrayList<>();
    lines.add(
        words("%d of %d requests were answered by version %d", replay.answered(), asked, version));
    replay
        .failures()
        .forEach((reason, count) -> lines.add(words("  refused %7d  %s", count, reason)));
    if (replay.answered() > 0) {
      lines.add(
          words(
              "  as callers were told  %6.2f %% of %d examples (95 %% interval %.2f..%.2f)",
              PERCENT * replay.agreement().value(),
              replay.agreement().of(),
              PERCENT * replay.agreement().lower(),
              PERCENT * replay.agreement().upper()));
      lines.add(words("  largest difference    %.4g", replay.largestDifference()));
      lines.add(
          words(
              "  latency               %.2f ms p50, %.2f ms p99, one at a time",
              replay.millis(50), replay.millis(99)));
      for (Map.Entry<Replay.Change, Integer> change : mostFrequent(replay)) {
        lines.add(
            words(
                "  %d times  %s instead of %s",
                change.getValue(), change.getKey().says(), change.getKey().told()));
      }
    }
    return String.join(System.lineSeparator(), lines);
  }

  private String json(Replay replay) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("model", model);
    fields.put("version", version);
    fields.put("answered", replay.answered());
    fields.put("refused", replay.failures());
    fields.put("examples", replay.agreement().of());
    fields.put("agreed", replay.agreement().hits());
    fields.put("largest_difference", replay.largestDifference());
    fields.put("p50_ms", replay.millis(50));
    fields.put("p99_ms", replay.millis(99));
    fields.put(
        "changes",
        mostFrequent(replay).stream()
            .map(
                change ->
                    Map.of(
                        "told", change.getKey().told(),
                        "says", change.getKey().says(),
                        "count", change.getValue()))
            .toList());
    try {
      return new ObjectMapper().writeValueAsString(fields);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static List<Map.Entry<Replay.Change, Integer>> mostFrequent(Replay replay) {
    return replay.changes().entrySet().stream()
        .sorted(
            Map.Entry.<Replay.Change, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_CHANGES)
        .toList();
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
