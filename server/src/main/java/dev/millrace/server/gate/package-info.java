/** Whether a version is good enough to be the champion, by the policy of its model. */
@NullMarked
package dev.millrace.server.gate;

import org.jspecify.annotations.NullMarked;
