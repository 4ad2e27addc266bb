/**
 * Every parser of what comes from outside, as a target of <a
 * href="https://github.com/CodeIntelligenceTesting/jazzer">Jazzer</a>, and the replay of what was
 * found worth keeping. The targets stand beside the parsers, whose packages they need.
 */
@NullMarked
package dev.millrace.server.fuzz.parser;

import org.jspecify.annotations.NullMarked;
