/** Who runs when: admission, queues, deadlines and drain. */
@NullMarked
package dev.millrace.server.scheduling;

import org.jspecify.annotations.NullMarked;
