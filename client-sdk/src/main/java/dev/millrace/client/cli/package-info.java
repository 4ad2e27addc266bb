/** The client's commands of the command line. */
@NullMarked
package dev.millrace.client.cli;

import org.jspecify.annotations.NullMarked;
