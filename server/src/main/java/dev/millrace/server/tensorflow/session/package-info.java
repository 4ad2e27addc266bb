/** Loads SavedModels and runs them through TensorFlow's C API. */
@NullMarked
package dev.millrace.server.tensorflow.session;

import org.jspecify.annotations.NullMarked;
