package dev.millrace.server.dataset;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Takes a share of the examples out of a list. Equal texts stay together, so that what was learned
 * by heart does not count as read.
 */
final class TextSplit {
  private TextSplit() {}

  /**
   * The two parts, each in the order of the list.
   *
   * @param kept the examples that stay
   * @param taken at least one example, about the share of all
   */
  record Parts(List<TextTable.Row> kept, List<TextTable.Row> taken) {}

  /**
   * Splits a list by a seed.
   *
   * @param share of the distinct texts, above 0 to below 1
   */
  static Parts of(List<TextTable.Row> rows, double share, long seed) {
    List<String> distinct =
        new ArrayList<>(new LinkedHashSet<>(rows.stream().map(TextTable.Row::text).toList()));
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = distinct.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      String swapped = distinct.get(i);
      distinct.set(i, distinct.get(j));
      distinct.set(j, swapped);
    }
    int count = (int) Math.min(distinct.size(), Math.max(1, Math.round(distinct.size() * share)));
    Set<String> chosen = Set.copyOf(distinct.subList(0, count));
    List<TextTable.Row> kept = new ArrayList<>();
    List<TextTable.Row> taken = new ArrayList<>();
    rows.forEach(row -> (chosen.contains(row.text()) ? taken : kept).add(row));
    return new Parts(kept, taken);
  }
}
