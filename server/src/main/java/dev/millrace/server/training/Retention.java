package dev.millrace.server.training;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many jobs that have ended are kept.
 *
 * @param most number of them, the latest; at least 1
 * @param longest time since their end
 */
public record Retention(int most, Duration longest) {
  /** Those that are to be removed. */
  List<TrainingJob> outlived(Collection<TrainingJob> ended, Instant now) {
    List<TrainingJob> newestFirst =
        ended.stream().sorted(Comparator.comparing(Retention::end).reversed()).toList();
    Instant limit = now.minus(longest);
    return IntStream.range(0, newestFirst.size())
        .filter(i -> i >= most || end(newestFirst.get(i)).isBefore(limit))
        .mapToObj(newestFirst::get)
        .toList();
  }

  private static Instant end(TrainingJob job) {
    return job.endTime().orElse(job.record().createTime());
  }
}
