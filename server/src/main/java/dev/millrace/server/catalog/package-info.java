/** The life of loaded versions: what is aspired, what is loaded, and leases for those who read. */
@NullMarked
package dev.millrace.server.catalog;

import org.jspecify.annotations.NullMarked;
