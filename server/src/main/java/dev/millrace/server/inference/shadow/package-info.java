/** Copies of requests to versions whose answers nobody sees, and how those answers compare. */
@NullMarked
package dev.millrace.server.inference.shadow;

import org.jspecify.annotations.NullMarked;
