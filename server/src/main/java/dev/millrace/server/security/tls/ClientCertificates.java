package dev.millrace.server.security.tls;

/** Whether callers show a certificate. */
public enum ClientCertificates {
  /** They are not asked. */
  NONE,
  /** They may; one that nobody vouches for ends the connection. */
  OPTIONAL,
  /** They must. */
  REQUIRED
}
