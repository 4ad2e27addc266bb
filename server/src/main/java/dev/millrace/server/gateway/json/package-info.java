/** JSON as the REST wires have it: tensors read and written as a stream, without a tree. */
@NullMarked
package dev.millrace.server.gateway.json;

import org.jspecify.annotations.NullMarked;
