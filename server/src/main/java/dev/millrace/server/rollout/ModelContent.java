package dev.millrace.server.rollout;

import dev.millrace.server.model.Signature;
import java.util.SortedMap;

/**
 * What is inside a SavedModel.
 *
 * @param signatures those that can be served, by name
 * @param ops how often each op stands in the graph and its functions, by the op's type
 */
public record ModelContent(
    SortedMap<String, Signature> signatures, SortedMap<String, Integer> ops) {}
