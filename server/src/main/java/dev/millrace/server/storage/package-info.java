/** State on disk. */
@NullMarked
package dev.millrace.server.storage;

import org.jspecify.annotations.NullMarked;
