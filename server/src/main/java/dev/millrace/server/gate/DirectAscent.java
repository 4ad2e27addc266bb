package dev.millrace.server.gate;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Registry;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Promotes at once what passed. Thread-safe. */
public final class DirectAscent implements Ascent {
  private static final Logger log = LoggerFactory.getLogger(DirectAscent.class);

  private final Registry registry;
  private final Promoter promoter;

  /** An ascent by a promoter. */
  public DirectAscent(Registry registry, Promoter promoter) {
    this.registry = registry;
    this.promoter = promoter;
  }

  @Override
  public void begin(Judgement judgement, GatePolicy policy, Listener listener) {
    promote(judgement, "", listener);
  }

  /**
   * Promotes.
   *
   * @param shown what it has shown on its way, in words; empty for nothing
   */
  void promote(Judgement judgement, String shown, Listener listener) {
    VersionId id = judgement.version();
    long champion = registry.get(id.model()).champion().orElse(0);
    // Where there was none, the version before was what it was compared with.
    if (champion != 0 && champion != judgement.champion() && champion != id.number()) {
      listener.onSuperseded();
      return;
    }
    String reason = "passed the gate" + (shown.isEmpty() ? "" : " and " + shown);
    promoter
        .promote(
            id, champion, reason, Map.of("evaluation", "evaluations/" + judgement.evaluation()))
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                listener.onState(JudgementState.PROMOTED, reason);
              } else if (isSuperseded(failure)) {
                listener.onSuperseded();
              } else {
                listener.onState(
                    JudgementState.STOPPED, "it could not be promoted: " + words(failure));
              }
            });
  }

  @Override
  public void hold(VersionId id, VersionId newer) {
    if (registry.get(id.model()).champion().isEmpty()) {
      promoter
          .promote(id, 0, "stays, since " + newer + " fell short at the gate", Map.of())
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  log.warn("{} could not be made the champion", id, failure);
                }
              });
    }
  }

  private static boolean isSuperseded(Throwable failure) {
    return cause(failure) instanceof ServingException known
        && known.reason() == ErrorReason.SUPERSEDED;
  }

  static String words(Throwable failure) {
    if (cause(failure) instanceof ServingException known) {
      return known.message();
    }
    log.error("a promotion failed", failure);
    return "the log tells why";
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
