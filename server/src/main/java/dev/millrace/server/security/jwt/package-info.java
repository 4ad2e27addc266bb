/** Tokens of an identity provider, and the keys that they are signed by. */
@NullMarked
package dev.millrace.server.security.jwt;

import org.jspecify.annotations.NullMarked;
