package dev.millrace.server.model;

import java.util.function.Supplier;

/**
 * Who was let in, and how to ask anew: credentials expire and are revoked while a call goes on.
 *
 * @param caller who was let in
 * @param again looks at the same credentials anew and says whose they are now, or throws what
 *     refused them; waits for nothing
 */
public record Admitted(Caller caller, Supplier<Caller> again) {
  /** Nobody, who may do nothing. */
  public static final Admitted NOBODY = new Admitted(Caller.UNKNOWN, () -> Caller.UNKNOWN);
}
