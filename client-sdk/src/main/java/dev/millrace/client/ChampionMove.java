package dev.millrace.client;

import java.util.OptionalLong;

/**
 * A move of the label {@code champion}.
 *
 * @param from the champion before; empty when there was none
 * @param to the champion now
 */
public record ChampionMove(OptionalLong from, long to) {}
