/**
 * Requests kept in files as TensorFlow Serving keeps them: TFRecords of {@code
 * tensorflow.serving.PredictionLog} messages.
 */
@NullMarked
package dev.millrace.server.tensorflow.record;

import org.jspecify.annotations.NullMarked;
