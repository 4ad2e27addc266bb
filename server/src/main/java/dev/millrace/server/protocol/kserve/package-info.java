/** The Open Inference Protocol with Triton's extensions, over gRPC. */
@NullMarked
package dev.millrace.server.protocol.kserve;

import org.jspecify.annotations.NullMarked;
