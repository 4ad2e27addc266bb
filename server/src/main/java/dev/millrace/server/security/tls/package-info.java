/** Keys, certificates and trust of every door, read anew while the server runs. */
@NullMarked
package dev.millrace.server.security.tls;

import org.jspecify.annotations.NullMarked;
