/** What is decided about versions: labels, traffic, promotions, and the history of all that. */
@NullMarked
package dev.millrace.server.registry;

import org.jspecify.annotations.NullMarked;
