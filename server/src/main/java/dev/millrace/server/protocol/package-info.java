/** What every wire shares: errors as google.rpc.Status, and limits. */
@NullMarked
package dev.millrace.server.protocol;

import org.jspecify.annotations.NullMarked;
