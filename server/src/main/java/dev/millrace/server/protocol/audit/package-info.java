/** Has calls written down that change something, and those that were refused. */
@NullMarked
package dev.millrace.server.protocol.audit;

import org.jspecify.annotations.NullMarked;
