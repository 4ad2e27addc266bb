/** The web console: static files, and nothing that knows what they show. */
@NullMarked
package dev.millrace.server.gateway.console;

import org.jspecify.annotations.NullMarked;
