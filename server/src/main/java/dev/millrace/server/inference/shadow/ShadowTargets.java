package dev.millrace.server.inference.shadow;

import dev.millrace.server.model.BakeLimits;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Bake;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Shadow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who gets copies of a model's requests: the shadow, and during a bake period the former champion,
 * to be compared with the new one. One version is one target, even when it is both. Immutable.
 */
final class ShadowTargets {
  private final ModelRecord decided;
  private final List<ShadowTarget> all;
  private final @Nullable ShadowTarget shadow;

  private ShadowTargets(
      ModelRecord decided, List<ShadowTarget> all, @Nullable ShadowTarget shadow) {
    this.decided = decided;
    this.all = List.copyOf(all);
    this.shadow = shadow;
  }

  /**
   * The targets that a record asks for.
   *
   * @param settings of a version, while it is loaded
   */
  static ShadowTargets of(
      ModelRecord record,
      Function<VersionId, Optional<ModelSettings>> settings,
      List<ShadowObserver> observers) {
    List<ShadowTarget> all = new ArrayList<>();
    ShadowTarget shadow = null;
    if (record.traffic().shadow().isPresent()) {
      Shadow asked = record.traffic().shadow().get();
      DoubleSupplier share = asked::share;
      if (record.bake().filter(bake -> bake.former() == asked.version()).isPresent()) {
        DoubleSupplier ofBake = compareShare(record, record.bake().get(), settings);
        share = () -> Math.max(asked.share(), ofBake.getAsDouble());
      }
      shadow =
          new ShadowTarget(
              new VersionId(record.model(), asked.version()),
              primary -> primary != asked.version(),
              share,
              observers);
      all.add(shadow);
    }
    if (record.bake().isPresent()) {
      Bake bake = record.bake().get();
      if (all.stream().noneMatch(target -> target.version().number() == bake.former())) {
        all.add(
            new ShadowTarget(
                new VersionId(record.model(), bake.former()),
                primary -> primary == bake.version(),
                compareShare(record, bake, settings),
                observers));
      }
    }
    return new ShadowTargets(record, all, shadow);
  }

  List<ShadowTarget> all() {
    return all;
  }

  Optional<ShadowReport> report() {
    return Optional.ofNullable(shadow).map(ShadowTarget::report);
  }

  /** True when nothing that these were made of has changed. */
  boolean fit(ModelRecord record) {
    return record.champion().equals(decided.champion())
        && record.traffic().equals(decided.traffic())
        && record.bake().equals(decided.bake());
  }

  void end() {
    all.forEach(ShadowTarget::end);
  }

  private static DoubleSupplier compareShare(
      ModelRecord record, Bake bake, Function<VersionId, Optional<ModelSettings>> settings) {
    VersionId promoted = new VersionId(record.model(), bake.version());
    return () ->
        settings
            .apply(promoted)
            .map(ModelSettings::bakeLimits)
            .orElse(BakeLimits.DEFAULT)
            .compareShare();
  }
}
