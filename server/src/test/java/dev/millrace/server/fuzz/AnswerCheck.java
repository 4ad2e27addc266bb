package dev.millrace.server.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Judges what the server answered. Thread-safe. */
final class AnswerCheck {
  private static final Set<Status.Code> EXPECTED =
      Set.of(
          Status.Code.OK,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.RESOURCE_EXHAUSTED);
  private static final Set<Status.Code> EXPECTED_OF_THE_HASTY =
      Set.of(Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);
  private static final Pattern LEAK =
      Pattern.compile(
          "(?<!\\w)/[\\w.-]+/[\\w./-]+"
              + "|\\b(?:java|javax|org|io|com|dev)\\.[a-z0-9_.]+\\.[A-Z]\\w+"
              + "|\\w+(?:Exception|Error)\\b(?! id)"
              + "|0x[0-9a-fA-F]{5,}"
              + "|@[0-9a-f]{6,}"
              + "|\\.(?:java|cc|h):\\d+");

  private final FuzzReport report;

  AnswerCheck(FuzzReport report) {
    this.report = report;
  }

  void check(FuzzCall call, Status status, Metadata trailers, byte[] answer) {
    String reason = reason(status, trailers);
    report.add(status.getCode() + (reason.isEmpty() ? "" : " " + reason));
    boolean expected =
        EXPECTED.contains(status.getCode())
            || (!call.isPatient() && EXPECTED_OF_THE_HASTY.contains(status.getCode()))
            || reason.equals("OVERLOADED");
    if (!expected) {
      report.finding(shown(status), call.bytes());
    }
    if (status.isOk()) {
      checkEcho(call, answer);
    } else if (call.isPatient() && reason.isEmpty() && !isTooLarge(status)) {
      report.finding("no reason: " + shown(status), call.bytes());
    }
    checkText(call, status);
  }

  private static boolean isTooLarge(Status status) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED;
  }

  private static String shown(Status status) {
    return status.getCode() + " " + status.getDescription() + " " + status.getCause();
  }

  private void checkText(FuzzCall call, Status status) {
    String text = String.valueOf(status.getDescription());
    Matcher leak = LEAK.matcher(text);
    while (leak.find() && call.isPatient()) {
      // What the caller has sent may come back.
      if (!new String(call.bytes(), StandardCharsets.UTF_8).contains(leak.group())) {
        report.finding("the text tells too much: " + text, call.bytes());
        return;
      }
    }
  }

  private void checkEcho(FuzzCall call, byte[] answer) {
    if (call.fitting() == null || !call.target().isIdentity()) {
      return;
    }
    Tensor x = call.fitting().getInputsOrThrow("x");
    try {
      Tensor y = PredictResponse.parseFrom(answer).getOutputsOrThrow("y");
      if (!y.getData().equals(x.getData())
          || !y.getStringsList().equals(x.getStringsList())
          || !y.getShapeList().equals(x.getShapeList())
          || y.getDtype() != x.getDtype()) {
        report.finding("the identity of " + x.getDtype() + " gave something else", call.bytes());
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      report.finding("the answer is no message", call.bytes());
    }
  }

  private static String reason(Status status, Metadata trailers) {
    com.google.rpc.Status details =
        StatusProto.fromStatusAndTrailers(status, trailers == null ? new Metadata() : trailers);
    return details.getDetailsList().stream()
        .filter(any -> any.is(ErrorInfo.class))
        .map(
            any -> {
              try {
                return any.unpack(ErrorInfo.class).getReason();
              } catch (InvalidProtocolBufferException malformed) {
                return "MALFORMED DETAIL";
              }
            })
        .findFirst()
        .orElse("");
  }
}
