package dev.millrace.server.protocol;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;

/** Who may call what. Asked on the transport's threads: implementations wait for nothing. */
public interface Admission {
  /**
   * Who calls, and whether that caller may begin to.
   *
   * @param method full name of the method
   * @throws dev.millrace.server.model.ServingException CREDENTIALS_MISSING, CREDENTIALS_INVALID or
   *     PERMISSION_MISSING
   */
  Caller admit(String method, Credentials credentials);

  /**
   * The same for a caller whom another door has let in.
   *
   * @throws dev.millrace.server.model.ServingException CREDENTIALS_MISSING or PERMISSION_MISSING
   */
  void admit(String method, Caller caller);

  /**
   * Checks a call with one of its messages.
   *
   * @throws dev.millrace.server.model.ServingException CREDENTIALS_MISSING, PERMISSION_MISSING,
   *     NAME_INVALID or MODEL_NOT_FOUND
   */
  void check(String method, Caller caller, Object message);
}
