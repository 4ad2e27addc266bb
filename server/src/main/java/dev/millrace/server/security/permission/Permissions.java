package dev.millrace.server.security.permission;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The refusals, and when a model's name leads to one. Stateless. */
final class Permissions {
  private Permissions() {}

  /** A model must be visible to be known, and then the permission be there. */
  static void require(Rule.Models<?> rule, Caller caller, String model) {
    if (!rule.creates() && !caller.access().may(Permission.VIEW, model)) {
      throw unseen(rule.unseen(), model);
    }
    if (!caller.access().may(rule.permission(), model)) {
      throw missing(
          caller,
          rule.permission(),
          ModelName.isValid(model) ? " for model '" + model + "'" : " for this model");
    }
  }

  static void requireView(Rule.PublicUnlessModels<?> rule, Caller caller, String model) {
    if (caller.isAnonymous()) {
      throw anonymous();
    }
    if (!caller.access().may(Permission.VIEW, model)) {
      throw unseen(rule.unseen(), model);
    }
  }

  static ServingException anonymous() {
    return new ServingException(
        ErrorReason.CREDENTIALS_MISSING,
        "this server wants to know who calls; send an API key or a token as"
            + " 'authorization: Bearer ...'");
  }

  static ServingException missing(Caller caller, Permission permission, String where) {
    return new ServingException(
        ErrorReason.PERMISSION_MISSING,
        "this needs the permission '"
            + permission.word()
            + "'"
            + where
            + ", which '"
            + caller.id()
            + "' does not have",
        Map.of("permission", permission.word()));
  }

  private static ServingException unseen(UnaryOperator<String> words, String model) {
    return new ServingException(
        ErrorReason.MODEL_NOT_FOUND,
        words.apply(model),
        ModelName.isValid(model) ? Map.of("model", model) : Map.of());
  }
}
