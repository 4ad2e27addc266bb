/** API keys: their form, the file that they are kept in, and the look-up. */
@NullMarked
package dev.millrace.server.security.key;

import org.jspecify.annotations.NullMarked;
