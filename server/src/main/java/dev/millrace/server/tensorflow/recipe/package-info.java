/** Builds, trains and exports models with TensorFlow Java's Ops API. */
@NullMarked
package dev.millrace.server.tensorflow.recipe;

import org.jspecify.annotations.NullMarked;
