/** The Open Inference Protocol's REST form with Triton's extensions, over its gRPC service. */
@NullMarked
package dev.millrace.server.gateway.kserve;

import org.jspecify.annotations.NullMarked;
