/** The command line's commands that work on a server's files: keys, signatures, logs. */
@NullMarked
package dev.millrace.server.boot.command;

import org.jspecify.annotations.NullMarked;
