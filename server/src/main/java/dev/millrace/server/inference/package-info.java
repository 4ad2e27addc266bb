/** The Predict use case, from a checked request to a leased servable. */
@NullMarked
package dev.millrace.server.inference;

import org.jspecify.annotations.NullMarked;
