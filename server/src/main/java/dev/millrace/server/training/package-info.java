/** Training jobs: their states, their journal, and the ports to those who do the work. */
@NullMarked
package dev.millrace.server.training;

import org.jspecify.annotations.NullMarked;
