package dev.millrace.server.usage;

/**
 * What a caller may cost in a month.
 *
 * @param perMonth in the currency of the prices, above 0
 * @param warnAt share of it from which on the server warns, 0..1
 */
public record Budget(double perMonth, double warnAt) {}
