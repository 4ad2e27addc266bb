/** Measures versions on labelled examples, as jobs. */
@NullMarked
package dev.millrace.server.evaluation;

import org.jspecify.annotations.NullMarked;
