/** Who calls, and what that caller may do. Knows no wire: adapters hand over what callers show. */
@NullMarked
package dev.millrace.server.security;

import org.jspecify.annotations.NullMarked;
