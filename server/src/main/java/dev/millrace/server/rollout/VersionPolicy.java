package dev.millrace.server.rollout;

import dev.millrace.server.model.VersionSettings;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.ModelRecord;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which versions of a model shall be loaded: those that the model's settings choose but for those
 * that a person keeps out of memory, and always those that answer somebody or may have to at once:
 * labelled ones, canaries, the shadow, the former champion of a bake period, and pinned ones. A
 * pure function.
 */
final class VersionPolicy {
  private VersionPolicy() {}

  /**
   * The versions to load.
   *
   * @param whole numbers of the versions that are there
   * @param summoned numbers of those that a change under way needs
   */
  static Set<Long> wanted(
      SortedSet<Long> whole, VersionSettings settings, ModelRecord record, Set<Long> summoned) {
    return wanted(whole, chosen(whole, settings), record, summoned);
  }

  /** The same of versions that somebody has chosen already. */
  static Set<Long> wanted(
      SortedSet<Long> whole, Set<Long> chosen, ModelRecord record, Set<Long> summoned) {
    Set<Long> wanted = new TreeSet<>(chosen);
    wanted.removeAll(record.parked());
    wanted.addAll(needed(record));
    wanted.addAll(summoned);
    wanted.retainAll(whole);
    return wanted;
  }

  /** The versions that a decision needs in memory, whatever the settings say. */
  static Set<Long> needed(ModelRecord record) {
    Set<Long> needed = new TreeSet<>(record.labels().values());
    record.traffic().canaries().stream().map(Canary::version).forEach(needed::add);
    record.traffic().shadow().ifPresent(shadow -> needed.add(shadow.version()));
    record.bake().ifPresent(bake -> needed.add(bake.former()));
    needed.addAll(record.pinned());
    return needed;
  }

  private static Set<Long> chosen(SortedSet<Long> whole, VersionSettings settings) {
    return switch (settings.policy()) {
      case ALL -> whole;
      case LATEST -> newest(whole, settings.latest());
      case LIST -> {
        Set<Long> listed = new TreeSet<>();
        settings.list().forEach(number -> listed.add(number.longValue()));
        yield listed;
      }
    };
  }

  private static Set<Long> newest(SortedSet<Long> whole, int count) {
    return whole.stream()
        .skip(Math.max(0, whole.size() - count))
        .collect(TreeSet::new, Set::add, Set::addAll);
  }
}
