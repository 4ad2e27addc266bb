/**
 * Hostile requests of all wires against a real server; {@code mvn -Pfuzz verify} runs them for
 * minutes.
 */
@org.jspecify.annotations.NullMarked
package dev.millrace.server.fuzz;
