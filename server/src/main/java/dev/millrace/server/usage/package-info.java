/** What callers use and may use: usage by the hour, quotas, prices and budgets. */
@NullMarked
package dev.millrace.server.usage;

import org.jspecify.annotations.NullMarked;
