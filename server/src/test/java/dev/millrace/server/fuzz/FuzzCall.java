package dev.millrace.server.fuzz;

import dev.millrace.v1.PredictRequest;
import org.jspecify.annotations.Nullable;

/**
 * One call of the fuzzer.
 *
 * @param target what it is aimed at
 * @param bytes what is sent
 * @param fitting the same as a message, when it is one that the server may answer
 * @param deadlineMicros its deadline; 0 for a generous one
 * @param cancelAfter turns of a loop after which the caller goes away; -1 for never
 */
record FuzzCall(
    Target target,
    byte[] bytes,
    @Nullable PredictRequest fitting,
    long deadlineMicros,
    int cancelAfter) {
  boolean isPatient() {
    return deadlineMicros == 0 && cancelAfter < 0;
  }
}
