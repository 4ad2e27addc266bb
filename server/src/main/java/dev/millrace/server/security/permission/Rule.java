package dev.millrace.server.security.permission;

import dev.millrace.server.model.Permission;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What a call needs. Immutable. */
public sealed interface Rule {
  /** In words, for the documentation. */
  String words();

  /** Everybody may, without credentials. */
  record Public() implements Rule {
    @Override
    public String words() {
      return "public";
    }
  }

  /** Every caller who is known may. */
  record AnyCaller() implements Rule {
    @Override
    public String words() {
      return "any caller";
    }
  }

  /** Needs a permission for all models there may be. */
  record Everywhere(Permission permission) implements Rule {
    @Override
    public String words() {
      return permission.word() + ", for all models";
    }
  }

  /**
   * Needs a permission for at least one model; the service lets the caller see, and do, only what
   * is meant for it: what it answers is a list, or the request names no model.
   */
  record Filtered(Permission permission) implements Rule {
    @Override
    public String words() {
      return permission.word() + ", for the models that it concerns";
    }
  }

  /**
   * Needs a permission for each model that the request names.
   *
   * @param names the models in a message; each must be permitted, and a message without any passes
   *     to a service that looks for itself
   * @param unseen what a caller is told of a model that it may not even see
   * @param creates true for calls that may create the model: those are refused in the same words
   *     whether it exists or not
   */
  record Models<M>(
      Permission permission,
      Class<M> type,
      Function<M, List<String>> names,
      UnaryOperator<String> unseen,
      boolean creates)
      implements Rule {
    @Override
    public String words() {
      return permission.word() + ", for the model";
    }

    /** The models in a message. */
    List<String> of(Object message) {
      return names.apply(type.cast(message));
    }
  }

  /**
   * Everybody may ask about the server; of a model, only who may view it.
   *
   * @param names the models in a message
   * @param unseen what a caller is told of a model that it may not see
   */
  record PublicUnlessModels<M>(
      Class<M> type, Function<M, List<String>> names, UnaryOperator<String> unseen)
      implements Rule {
    @Override
    public String words() {
      return "public; " + Permission.VIEW.word() + " for a model";
    }

    /** The models in a message. */
    List<String> of(Object message) {
      return names.apply(type.cast(message));
    }
  }
}
