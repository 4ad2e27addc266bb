/** The use cases of a version's life, and the watch over a new champion. */
@NullMarked
package dev.millrace.server.rollout;

import org.jspecify.annotations.NullMarked;
