/** Counts and times of each version's requests and runs, as clients may ask for them. */
@NullMarked
package dev.millrace.server.inference.statistics;

import org.jspecify.annotations.NullMarked;
