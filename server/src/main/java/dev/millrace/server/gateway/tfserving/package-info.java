/** TensorFlow Serving's REST API, over its gRPC services. */
@NullMarked
package dev.millrace.server.gateway.tfserving;

import org.jspecify.annotations.NullMarked;
