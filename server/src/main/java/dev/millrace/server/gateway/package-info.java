/**
 * HTTP over the services that the gRPC door has: the server that listens, its limits, and what is
 * answered when a request reaches no route. The routes themselves have packages of their own.
 */
@NullMarked
package dev.millrace.server.gateway;

import org.jspecify.annotations.NullMarked;
