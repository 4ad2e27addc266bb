/**
 * What is written down of changes: lines that hold one another by their hashes, and their check.
 */
@NullMarked
package dev.millrace.server.audit;

import org.jspecify.annotations.NullMarked;
