/** What callers tell of answers afterwards, and what the stream of answers shows beside it. */
@NullMarked
package dev.millrace.server.feedback;

import org.jspecify.annotations.NullMarked;
