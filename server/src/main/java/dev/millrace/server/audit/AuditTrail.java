package dev.millrace.server.audit;

/** Takes what is to be written down. Thread-safe; waits for the disk. */
@FunctionalInterface
public interface AuditTrail {
  /** Writes nothing down. */
  AuditTrail NONE = entry -> AuditMark.NONE;

  /**
   * Writes a line, which is on the disk on return.
   *
   * @return where the log ends now
   * @throws dev.millrace.server.model.ServingException AUDIT_UNWRITABLE
   */
  AuditMark append(AuditEntry entry);
}
