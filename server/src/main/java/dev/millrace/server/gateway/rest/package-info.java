/** What the REST wires share: their requests and replies, and the calls that they make of them. */
@NullMarked
package dev.millrace.server.gateway.rest;

import org.jspecify.annotations.NullMarked;
