package dev.millrace.server.boot.config;

/** When metrics and health speak TLS. */
public enum ManagementTls {
  /** Where there is a certificate, and the port can be reached from beyond this machine. */
  AUTO,
  /** With the certificate, and without asking callers for theirs. */
  ON,
  /** With the certificate, and asking callers for theirs as the other ports do. */
  MUTUAL,
  /** Never. */
  OFF
}
