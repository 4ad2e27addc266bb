/** What inputs are like: a few figures of each example, and how they were spread in training. */
@NullMarked
package dev.millrace.server.feedback.inputs;

import org.jspecify.annotations.NullMarked;
