/** Protobuf messages as JSON, read and written as streams, without a tree and without boxes. */
@NullMarked
package dev.millrace.server.gateway.message;

import org.jspecify.annotations.NullMarked;
