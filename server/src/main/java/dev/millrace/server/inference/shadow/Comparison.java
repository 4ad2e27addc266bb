package dev.millrace.server.inference.shadow;

import java.util.List;

/**
 * How two answers to one request compare.
 *
 * @param examples examples (rows) of the request, at least 1
 * @param agreed those on which both said the same
 * @param largestDifference largest difference between two numbers of the same place; 0 when none
 *     were compared, infinite for a number and none
 * @param classes what the caller was told of each example, in order; empty where there are no
 *     classes
 * @param sameClass for each of them, whether the shadow said the same
 */
public record Comparison(
    int examples,
    int agreed,
    double largestDifference,
    List<String> classes,
    List<Boolean> sameClass) {
  /** Copies the lists. */
  public Comparison {
    classes = List.copyOf(classes);
    sameClass = List.copyOf(sameClass);
  }
}
