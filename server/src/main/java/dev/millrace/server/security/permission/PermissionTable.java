package dev.millrace.server.security.permission;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import io.grpc.MethodDescriptor;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What each call of gRPC needs; a call without an entry is refused to everybody. Immutable. */
public final class PermissionTable {
  private final SortedMap<String, Rule> rules;

  private PermissionTable(SortedMap<String, Rule> rules) {
    this.rules = Collections.unmodifiableSortedMap(new TreeMap<>(rules));
  }

  /** The table of all calls that this server has. */
  public static PermissionTable standard() {
    Builder builder = new Builder();
    NativeRules.addTo(builder);
    KserveRules.addTo(builder);
    TfServingRules.addTo(builder);
    PlatformRules.addTo(builder);
    return new PermissionTable(builder.rules);
  }

  /** Every entry, by the full name of the method. */
  public SortedMap<String, Rule> rules() {
    return rules;
  }

  /** True when the call may be made without credentials, which are not looked at then. */
  public boolean isPublic(String method) {
    Rule rule = rules.get(method);
    return rule instanceof Rule.Public;
  }

  /**
   * Checks what can be checked before a message is read.
   *
   * @param method full name of a method, {@code millrace.v1.ModelService/Promote}
   * @throws ServingException CREDENTIALS_MISSING or PERMISSION_MISSING
   */
  public void enter(String method, Caller caller) {
    enter(rules.get(method), caller);
  }

  /**
   * Checks a call with one of its messages.
   *
   * @throws ServingException CREDENTIALS_MISSING, PERMISSION_MISSING; NAME_INVALID; MODEL_NOT_FOUND
   *     for a model that the caller may not see, whether it exists or not
   */
  public void check(String method, Caller caller, Object message) {
    Rule rule = rules.get(method);
    enter(rule, caller);
    if (caller.access() == Access.ALL) {
      return;
    }
    if (rule instanceof Rule.Models<?> models) {
      models.of(message).forEach(model -> Permissions.require(models, caller, model));
    } else if (rule instanceof Rule.PublicUnlessModels<?> open) {
      open.of(message).forEach(model -> Permissions.requireView(open, caller, model));
    }
  }

  static void enter(@Nullable Rule rule, Caller caller) {
    if (rule == null) {
      throw new ServingException(
          ErrorReason.PERMISSION_MISSING,
          "the permission table has no entry for this call, so nobody may make it");
    }
    boolean open =
        caller.access() == Access.ALL
            || rule instanceof Rule.Public
            || rule instanceof Rule.PublicUnlessModels<?>;
    if (open) {
      return;
    }
    if (caller.isAnonymous()) {
      throw Permissions.anonymous();
    }
    if (rule instanceof Rule.Everywhere every
        && !caller.access().mayEverywhere(every.permission())) {
      throw Permissions.missing(caller, every.permission(), " for all models");
    }
    if (rule instanceof Rule.Filtered filtered
        && !caller.access().maySomewhere(filtered.permission())) {
      throw Permissions.missing(caller, filtered.permission(), "");
    }
    if (rule instanceof Rule.Models<?> models
        && !caller.access().maySomewhere(models.permission())) {
      throw Permissions.missing(caller, models.permission(), "");
    }
  }

  /** Collects entries; two for one method are a defect. */
  static final class Builder {
    private final SortedMap<String, Rule> rules = new TreeMap<>();

    void add(MethodDescriptor<?, ?> method, Rule rule) {
      add(method.getFullMethodName(), rule);
    }

    void add(String method, Rule rule) {
      if (rules.put(method, rule) != null) {
        throw new IllegalStateException(method + " has two entries");
      }
    }
  }
}
