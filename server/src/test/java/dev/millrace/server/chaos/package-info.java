/** Servers that are killed at every step of what they do, and must come up in order again. */
@org.jspecify.annotations.NullMarked
package dev.millrace.server.chaos;
