package dev.millrace.server.rollout;

/**
 * A move of the label {@code champion}.
 *
 * @param from the champion before; 0 for none
 * @param to the champion now
 */
public record Moved(long from, long to) {}
