/** Values: element types, shapes, and immutable tensor data, free of any wire and of TensorFlow. */
@NullMarked
package dev.millrace.server.tensor;

import org.jspecify.annotations.NullMarked;
