/** Deletes datasets wherever parts of them lie, and keeps receipts of it. */
@NullMarked
package dev.millrace.server.privacy;

import org.jspecify.annotations.NullMarked;
