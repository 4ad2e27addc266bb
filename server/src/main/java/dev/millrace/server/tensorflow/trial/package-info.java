/**
 * Tries a version in a child process before this one loads it: what a model does to the process
 * that runs it is done to the child.
 */
@NullMarked
package dev.millrace.server.tensorflow.trial;

import org.jspecify.annotations.NullMarked;
