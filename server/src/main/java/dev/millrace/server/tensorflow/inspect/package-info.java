/** Reads GraphDefs: what a signature's graph would do, found out without running it. */
@NullMarked
package dev.millrace.server.tensorflow.inspect;

import org.jspecify.annotations.NullMarked;
