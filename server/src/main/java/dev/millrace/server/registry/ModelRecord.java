package dev.millrace.server.registry;

import dev.millrace.server.model.ModelName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is decided about one model. Immutable; each change is a new record of the next revision.
 *
 * @param model the model
 * @param revision counts the changes, from 0
 * @param labels versions by label
 * @param traffic who answers beside the champion
 * @param formers champions before the present one, the latest last
 * @param bake the watch over the present champion, if it goes on
 * @param pinned versions that a person wants loaded
 * @param parked versions that a person wants out of memory
 * @param highest the highest version number ever given out; 0 for none
 */
public record ModelRecord(
    ModelName model,
    long revision,
    SortedMap<String, Long> labels,
    Traffic traffic,
    List<Long> formers,
    Optional<Bake> bake,
    Set<Long> pinned,
    Set<Long> parked,
    long highest) {
  /** The label that answers callers who name the model alone. */
  public static final String CHAMPION = "champion";

  private static final int MOST_FORMERS = 16;

  /** Copies the collections. */
  public ModelRecord {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    formers = List.copyOf(formers);
    pinned = Collections.unmodifiableSet(new TreeSet<>(pinned));
    parked = Collections.unmodifiableSet(new TreeSet<>(parked));
  }

  /** A model of which nothing is decided yet. */
  public static ModelRecord of(ModelName model) {
    return new ModelRecord(
        model,
        0,
        new TreeMap<>(),
        Traffic.CHAMPION_ALONE,
        List.of(),
        Optional.empty(),
        Set.of(),
        Set.of(),
        0);
  }

  /** What callers pass back to show which revision they saw. */
  public String etag() {
    return Long.toString(revision);
  }

  /** The champion; empty when none was promoted. */
  public OptionalLong champion() {
    Long version = labels.get(CHAMPION);
    return version == null ? OptionalLong.empty() : OptionalLong.of(version);
  }

  /** The champion before the present one. */
  public OptionalLong former() {
    return formers.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(formers.get(formers.size() - 1));
  }

  /**
   * What holds a version in the repository, in words such as {@code label 'champion'}; empty when
   * it may be deleted.
   */
  public List<String> holders(long version) {
    List<String> holders = new ArrayList<>();
    labels.forEach(
        (label, labelled) -> {
          if (labelled == version) {
            holders.add("label '" + label + "'");
          }
        });
    if (traffic.canaries().stream().anyMatch(canary -> canary.version() == version)) {
      holders.add("a canary share");
    }
    if (traffic.shadow().filter(shadow -> shadow.version() == version).isPresent()) {
      holders.add("the shadow");
    }
    if (bake.filter(watch -> watch.former() == version).isPresent()) {
      holders.add("the bake period of version " + bake.orElseThrow().version());
    }
    return holders;
  }

  /** The same with a label at a version. */
  public ModelRecord withLabel(String label, long version) {
    SortedMap<String, Long> moved = new TreeMap<>(labels);
    moved.put(label, version);
    return with(moved, traffic, formers, bake).wanting(version);
  }

  /** The same without a label. */
  public ModelRecord withoutLabel(String label) {
    SortedMap<String, Long> left = new TreeMap<>(labels);
    left.remove(label);
    return with(left, traffic, formers, bake);
  }

  /** The same with other shares. */
  public ModelRecord withTraffic(Traffic next) {
    ModelRecord changed = with(labels, next, formers, bake);
    for (Canary canary : next.canaries()) {
      changed = changed.wanting(canary.version());
    }
    return next.shadow().isEmpty() ? changed : changed.wanting(next.shadow().get().version());
  }

  /**
   * The same with a new champion, which is no canary or shadow any more.
   *
   * @param bakeEnd until when it is watched
   */
  public ModelRecord promoted(long version, Instant now, Instant bakeEnd) {
    OptionalLong before = champion();
    if (before.isPresent() && before.getAsLong() == version) {
      return this;
    }
    List<Long> stack = new ArrayList<>(formers);
    before.ifPresent(stack::add);
    while (stack.size() > MOST_FORMERS) {
      stack.remove(0);
    }
    Optional<Bake> watch =
        before.isPresent()
            ? Optional.of(new Bake(version, before.getAsLong(), now, bakeEnd))
            : Optional.empty();
    return with(labelled(version), traffic.without(version), stack, watch).wanting(version);
  }

  /**
   * The same with the former champion as the champion.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public ModelRecord rolledBack() {
    long restored = former().orElseThrow();
    return with(
            labelled(restored),
            traffic.without(restored),
            formers.subList(0, formers.size() - 1),
            Optional.empty())
        .wanting(restored);
  }

  /** The same with the watch over. */
  public ModelRecord baked() {
    return with(labels, traffic, formers, Optional.empty());
  }

  /** The same with a version that shall be loaded whatever the policy says. */
  public ModelRecord withPinned(long version) {
    Set<Long> wanted = new TreeSet<>(pinned);
    wanted.add(version);
    return with(wanted, without(parked, version));
  }

  /** The same with a version that shall not be in memory. */
  public ModelRecord withParked(long version) {
    Set<Long> unwanted = new TreeSet<>(parked);
    unwanted.add(version);
    return with(without(pinned, version), unwanted);
  }

  /** The same without what persons want loaded or out of memory. */
  public ModelRecord withoutWishes() {
    return with(Set.of(), Set.of());
  }

  /** The same without any trace of a version but that its number was given out. */
  public ModelRecord withoutVersion(long version) {
    SortedMap<String, Long> left = new TreeMap<>(labels);
    left.values().removeIf(labelled -> labelled == version);
    return with(
            left,
            traffic.without(version),
            formers.stream().filter(former -> former != version).toList(),
            bake.filter(watch -> watch.version() != version && watch.former() != version))
        .with(without(pinned, version), without(parked, version))
        .withHighest(version);
  }

  /** The same with a number that was given out. */
  public ModelRecord withHighest(long version) {
    return new ModelRecord(
        model,
        revision,
        labels,
        traffic,
        formers,
        bake,
        pinned,
        parked,
        Math.max(highest, version));
  }

  /** The same as the next revision. */
  ModelRecord revised() {
    return new ModelRecord(
        model, revision + 1, labels, traffic, formers, bake, pinned, parked, highest);
  }

  private ModelRecord wanting(long version) {
    return with(pinned, without(parked, version));
  }

  private SortedMap<String, Long> labelled(long champion) {
    SortedMap<String, Long> moved = new TreeMap<>(labels);
    moved.put(CHAMPION, champion);
    return moved;
  }

  private ModelRecord with(
      SortedMap<String, Long> newLabels,
      Traffic newTraffic,
      List<Long> newFormers,
      Optional<Bake> newBake) {
    return new ModelRecord(
        model, revision, newLabels, newTraffic, newFormers, newBake, pinned, parked, highest);
  }

  private ModelRecord with(Set<Long> newPinned, Set<Long> newParked) {
    return new ModelRecord(
        model, revision, labels, traffic, formers, bake, newPinned, newParked, highest);
  }

  private static Set<Long> without(Set<Long> versions, long version) {
    Set<Long> left = new TreeSet<>(versions);
    left.remove(version);
    return left;
  }
}
