/** The program: command line, configuration, wiring, start and stop. */
@NullMarked
package dev.millrace.server.boot;

import org.jspecify.annotations.NullMarked;
