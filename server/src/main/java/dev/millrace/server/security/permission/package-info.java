/** Roles, what they are for, and the table of what each call needs. */
@NullMarked
package dev.millrace.server.security.permission;

import org.jspecify.annotations.NullMarked;
