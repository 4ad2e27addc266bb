/** Ways to disturb pictures, seeded and at five strengths. */
@NullMarked
package dev.millrace.server.evaluation.robustness;

import org.jspecify.annotations.NullMarked;
