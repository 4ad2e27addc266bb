package dev.millrace.server.catalog;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says why a version cannot be leased. */
final class Refusal {
  private static final Duration SOON = Duration.ofSeconds(1);

  private Refusal() {}

  /** What was idle and is being brought back. */
  static ServingException comingBack(ModelReference reference) {
    return new ServingException(
            ErrorReason.VERSION_NOT_READY,
            "model '"
                + reference.model()
                + "' was taken out of memory while nobody asked, and is being loaded again",
            Map.of("model", reference.model().id()))
        .retryAfter(SOON);
  }

  static ServingException of(ModelReference reference, Optional<List<VersionStatus>> known) {
    String model = reference.model().id();
    if (known.isEmpty() || known.get().isEmpty()) {
      return new ServingException(
          ErrorReason.MODEL_NOT_FOUND,
          "no model '" + model + "' is served; ListModels names those that are",
          Map.of("model", model));
    }
    if (reference.choice() instanceof VersionChoice.Labelled labelled) {
      return new ServingException(
          ErrorReason.LABEL_NOT_FOUND,
          "model '" + model + "' has no label '" + labelled.label() + "'",
          Map.of("model", model, "label", labelled.label()));
    }
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      return known.get().stream()
          .filter(status -> status.id().number() == exact.number())
          .findFirst()
          .map(Refusal::notReady)
          .orElseGet(() -> noSuchVersion(model, exact.number()));
    }
    return notReady(known.get().get(0));
  }

  private static ServingException noSuchVersion(String model, long number) {
    return new ServingException(
        ErrorReason.VERSION_NOT_FOUND,
        "model '" + model + "' has no version " + number + "; ModelStatus names those it has",
        Map.of("model", model, "version", Long.toString(number)));
  }

  private static ServingException notReady(VersionStatus status) {
    boolean isStored = status.state() == VersionState.STORED;
    ServingException error =
        new ServingException(
            ErrorReason.VERSION_NOT_READY,
            status.id()
                + " is "
                + status.state()
                + (isStored ? "; load it first, by LoadVersion" : "; ModelStatus tells more"),
            Map.of(
                "model", status.id().model().id(), "version", Long.toString(status.id().number())));
    return isStored || status.state() == VersionState.FAILED ? error : error.retryAfter(SOON);
  }
}
