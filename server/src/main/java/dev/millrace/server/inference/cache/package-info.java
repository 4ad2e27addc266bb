/** Answers kept for requests that come again; a link of the chain below the lease. */
@NullMarked
package dev.millrace.server.inference.cache;

import org.jspecify.annotations.NullMarked;
