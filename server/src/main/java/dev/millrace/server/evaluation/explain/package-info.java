/** Tells why a model gives an answer: attributions of its input's elements. */
@NullMarked
package dev.millrace.server.evaluation.explain;

import org.jspecify.annotations.NullMarked;
