/** Labelled examples: files, splits and seeded order. */
@NullMarked
package dev.millrace.server.dataset;

import org.jspecify.annotations.NullMarked;
