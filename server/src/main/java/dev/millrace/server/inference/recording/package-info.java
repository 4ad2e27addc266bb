/** Records requests and their answers, of models whose settings ask for it. */
@NullMarked
package dev.millrace.server.inference.recording;

import org.jspecify.annotations.NullMarked;
