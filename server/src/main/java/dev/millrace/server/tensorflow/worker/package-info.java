/**
 * Runs a recipe in a child process, because a failed check inside TensorFlow ends the whole
 * process.
 */
@NullMarked
package dev.millrace.server.tensorflow.worker;

import org.jspecify.annotations.NullMarked;
