package dev.millrace.server.rollout;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import java.util.Map;

/** Points a label at a version, or takes it away. Thread-safe. */
public final class SetLabel {
  private final KnownVersions versions;
  private final Registry registry;

  SetLabel(KnownVersions versions, Registry registry) {
    this.versions = versions;
    this.registry = registry;
  }

  /**
   * Sets or moves a label.
   *
   * @throws ServingException LABEL_INVALID, MODEL_NOT_FOUND, VERSION_NOT_FOUND or ETAG_MISMATCH
   */
  public void set(VersionId id, String label, ChangeOrder order) {
    check(label);
    versions.require(id);
    registry.change(
        id.model(),
        order.etag(),
        before -> {
          versions.requireStored(id);
          return before.withLabel(label, id.number());
        },
        before -> event(before, label, HistoryAction.LABELLED, id.number(), order));
  }

  /**
   * Takes a label away.
   *
   * @throws ServingException LABEL_INVALID, MODEL_NOT_FOUND, LABEL_NOT_FOUND or ETAG_MISMATCH
   */
  public void remove(ModelName model, String label, ChangeOrder order) {
    check(label);
    versions.require(model);
    registry.change(
        model,
        order.etag(),
        before -> {
          if (!before.labels().containsKey(label)) {
            throw new ServingException(
                ErrorReason.LABEL_NOT_FOUND,
                "model '" + model + "' has no label '" + label + "'",
                Map.of("model", model.id(), "label", label));
          }
          return before.withoutLabel(label);
        },
        before -> event(before, label, HistoryAction.UNLABELLED, 0, order));
  }

  private static HistoryEvent event(
      ModelRecord before, String label, HistoryAction action, long to, ChangeOrder order) {
    return HistoryEvent.of(
        before.model(),
        order.actor(),
        action,
        before.labels().getOrDefault(label, 0L),
        to,
        order.reason(),
        Map.of("label", label));
  }

  /**
   * Passes for what a caller may name a label.
   *
   * @throws ServingException LABEL_INVALID
   */
  public static void check(String label) {
    if (label.equals(ModelRecord.CHAMPION)) {
      throw new ServingException(
          ErrorReason.LABEL_INVALID, "the label 'champion' moves by Promote and Rollback alone");
    }
    // The Open Inference Protocol has labels and numbers in the same field.
    if (!ModelName.isValid(label) || label.matches("[0-9]+")) {
      throw new ServingException(
          ErrorReason.LABEL_INVALID,
          "a label is " + ModelName.FORM_IN_WORDS + ", and not digits alone");
    }
  }
}
