/** Measures the server beside bare TensorFlow, in one run; not part of the tests. */
@NullMarked
package dev.millrace.server.bench;

import org.jspecify.annotations.NullMarked;
