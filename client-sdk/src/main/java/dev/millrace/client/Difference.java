package dev.millrace.client;

/**
 * One thing in which two versions differ.
 *
 * @param name what it is
 * @param base as it is in the one; empty when it is not there
 * @param changed as it is in the other; empty when it is not there
 * @param breaking true when a caller of the one would break by it
 */
public record Difference(String name, String base, String changed, boolean breaking) {}
