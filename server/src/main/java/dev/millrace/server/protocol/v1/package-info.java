/** The native wire, millrace.v1. */
@NullMarked
package dev.millrace.server.protocol.v1;

import org.jspecify.annotations.NullMarked;
