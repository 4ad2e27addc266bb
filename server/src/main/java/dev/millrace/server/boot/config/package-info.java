/**
 * The server's configuration: one table of options, read from command line, environment and file.
 */
@NullMarked
package dev.millrace.server.boot.config;

import org.jspecify.annotations.NullMarked;
