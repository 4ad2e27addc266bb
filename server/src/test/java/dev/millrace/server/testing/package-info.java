/** Fakes that tests drive by hand. */
@NullMarked
package dev.millrace.server.testing;

import org.jspecify.annotations.NullMarked;
