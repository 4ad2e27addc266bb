/**
 * The Java client of a Millrace server. Start at {@link
 * dev.millrace.client.MillraceClient#connect}.
 */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
