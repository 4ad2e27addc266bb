package dev.millrace.server.protocol;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import io.grpc.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** Knows who makes the present call, and what that caller may do. Stateless. */
public final class Callers {
  private static final Context.Key<Caller> CALLER =
      Context.keyWithDefault("caller", Caller.UNKNOWN);

  private static final int LONGEST_ID = 128;

  private Callers() {}

  /**
   * Who makes the present call; {@link Caller#UNKNOWN} outside of calls. To be asked on the threads
   * of the call alone, not in what completes later.
   */
  public static Caller current() {
    return CALLER.get();
  }

  /** True when the present caller may see this model. */
  public static boolean see(ModelName model) {
    return current().access().may(Permission.VIEW, model.id());
  }

  /**
   * Checks that the present caller may see a model, and may do something with it.
   *
   * @throws ServingException MODEL_NOT_FOUND, whether there is such a model or not;
   *     PERMISSION_MISSING
   */
  public static void requireOfSeen(Permission permission, ModelName model) {
    if (!see(model)) {
      throw new ServingException(
          ErrorReason.MODEL_NOT_FOUND,
          "no model '" + model + "' is served; ListModels names those that are",
          Map.of("model", model.id()));
    }
    require(permission, model);
  }

  /**
   * Checks what the present caller may do with a model, which need not exist.
   *
   * @throws ServingException PERMISSION_MISSING
   */
  public static void require(Permission permission, ModelName model) {
    require(permission, "model", model.id());
  }

  /**
   * The same for what has a name as models have.
   *
   * @param kind what it is, in one word
   */
  public static void require(Permission permission, String kind, String name) {
    if (!current().access().may(permission, name)) {
      throw new ServingException(
          ErrorReason.PERMISSION_MISSING,
          "this needs the permission '"
              + permission.word()
              + "' for "
              + kind
              + " '"
              + name
              + "', which '"
              + current().id()
              + "' does not have",
          Map.of("permission", permission.word(), kind, name));
    }
  }

  /**
   * A request id as this caller's own, so that no caller gets what another one asked for. An open
   * server does not tell its callers apart.
   *
   * @return the id itself, or 64 letters and digits in its place
   */
  public static String own(String requestId) {
    Caller caller = current();
    // Ids that are too long are refused as they are.
    boolean asItIs = requestId.isEmpty() || requestId.length() > LONGEST_ID;
    if (asItIs || caller.access() == Access.ALL) {
      return requestId;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(caller.id().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(requestId.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException everyJvmHasIt) {
      throw new IllegalStateException(everyJvmHasIt);
    }
  }

  static Context with(Caller caller) {
    return Context.current().withValue(CALLER, caller);
  }
}
