/** What TensorBoard shows of a training run, in the form that it reads. */
@NullMarked
package dev.millrace.server.tensorflow.board;

import org.jspecify.annotations.NullMarked;
