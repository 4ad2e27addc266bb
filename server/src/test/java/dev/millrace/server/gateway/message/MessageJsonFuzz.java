package dev.millrace.server.gateway.message;

import dev.millrace.server.fuzz.parser.Attempt;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.PredictRequest;
import java.io.ByteArrayInputStream;

/** Requests of the native API as JSON. */
public final class MessageJsonFuzz {
  private MessageJsonFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(
        () -> MessageJson.read(new ByteArrayInputStream(input), PredictRequest.newBuilder()));
    Attempt.at(
        () ->
            MessageJson.read(
                new ByteArrayInputStream(input), CreateTrainingJobRequest.newBuilder()));
  }
}
