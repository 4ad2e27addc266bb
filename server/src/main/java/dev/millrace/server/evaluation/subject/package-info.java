/** How examples become requests, and answers become scores of classes. */
@NullMarked
package dev.millrace.server.evaluation.subject;

import org.jspecify.annotations.NullMarked;
