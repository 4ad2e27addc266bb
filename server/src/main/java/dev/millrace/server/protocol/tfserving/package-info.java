/** TensorFlow Serving's predictions and model service, over gRPC. */
@NullMarked
package dev.millrace.server.protocol.tfserving;

import org.jspecify.annotations.NullMarked;
