/** Values: names, versions, signatures, deadlines, and the errors that every layer speaks in. */
@NullMarked
package dev.millrace.server.model;

import org.jspecify.annotations.NullMarked;
