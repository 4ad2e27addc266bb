package dev.millrace.server.gate;

import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.feedback.FeedbackSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a version of a model must show before it becomes the champion. Immutable.
 *
 * @param examples what it is measured on
 * @param bars what it must reach whatever the champion is like
 * @param robustness least mean accuracy under each disturbance, 0..1
 * @param superiority how its accuracy must compare with the champion's
 * @param champion how much worse than the champion's other figures may be
 * @param promotion what is done with a version that passed
 * @param rehearsal what it has to come through on its way
 * @param feedback how feedback is taken, and what comes of it
 */
public record GatePolicy(
    Examples examples,
    Map<Bar, Double> bars,
    Map<Disturbance, Double> robustness,
    Superiority superiority,
    Map<ChampionRule, Double> champion,
    Promotion promotion,
    Rehearsal rehearsal,
    FeedbackSettings feedback) {
  /** For a model without a policy, when a person asks for a judgement. */
  public static final GatePolicy DEFAULT =
      new GatePolicy(
          Examples.DEFAULT,
          Map.of(),
          Map.of(),
          Superiority.DEFAULT,
          Map.of(),
          Promotion.AT_ONCE,
          Rehearsal.DEFAULT,
          FeedbackSettings.OFF);

  /** Copies the maps. */
  public GatePolicy {
    bars = ordered(Bar.class, bars);
    robustness = ordered(Disturbance.class, robustness);
    champion = ordered(ChampionRule.class, champion);
  }

  /** Disturbances that have to be measured. */
  public List<Disturbance> disturbances() {
    return new ArrayList<>(robustness.keySet());
  }

  private static <K extends Enum<K>> Map<K, Double> ordered(Class<K> type, Map<K, Double> map) {
    Map<K, Double> ordered = new EnumMap<>(type);
    ordered.putAll(map);
    return Collections.unmodifiableMap(ordered);
  }
}
