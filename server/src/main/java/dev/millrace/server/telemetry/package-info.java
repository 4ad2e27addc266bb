/** Meters, health and the management endpoint. */
@NullMarked
package dev.millrace.server.telemetry;

import org.jspecify.annotations.NullMarked;
