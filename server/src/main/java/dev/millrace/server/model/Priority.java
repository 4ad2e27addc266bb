package dev.millrace.server.model;

/** How much a request matters beside others; under overload the low ones are shed first. */
public enum Priority {
  HIGH,
  NORMAL,
  LOW
}
