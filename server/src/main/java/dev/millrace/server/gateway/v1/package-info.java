/**
 * The native API as HTTP and JSON: paths by the annotations in its .proto files, streams as
 * server-sent events, and the document that describes it all.
 */
@NullMarked
package dev.millrace.server.gateway.v1;

import org.jspecify.annotations.NullMarked;
