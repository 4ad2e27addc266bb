package dev.millrace.server.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.millrace.proto.inference.ModelStreamInferResponse;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
  // Other servers' codes for what is a wrong argument here.
  private static final Set<Status.Code> EXPECTED_OF_FOREIGN_WIRES =
      Set.of(Status.Code.FAILED_PRECONDITION, Status.Code.UNIMPLEMENTED);
  private static final Set<String> EXPECTED_REASONS =
      Set.of("OVERLOADED", "VERSION_NOT_READY", "SUPERSEDED");
  private static final String WRONG_METHOD = "Expected prediction signature method_name";
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

  void check(FuzzCall call, Status status, Metadata trailers, List<byte[]> answers) {
    String reason = reason(status, trailers);
    report.add(
        call.method().getFullMethodName(),
        status.getCode() + (reason.isEmpty() ? "" : " " + reason));
    if (!isExpected(call, status, reason)) {
      report.finding(call.method().getFullMethodName() + " " + shown(status), call.bytes());
    }
    if (status.isOk()) {
      checkAnswers(call, answers);
    } else if (call.isPatient() && reason.isEmpty() && !isTooLarge(status)) {
      report.finding("no reason: " + shown(status), call.bytes());
    }
    checkText(call, String.valueOf(status.getDescription()));
  }

  private static boolean isExpected(FuzzCall call, Status status, String reason) {
    Status.Code code = status.getCode();
    if (EXPECTED.contains(code) || EXPECTED_REASONS.contains(reason)) {
      return true;
    }
    if (!call.isNative()) {
      // A timeout of the request's own is told as UNAVAILABLE.
      return EXPECTED_OF_FOREIGN_WIRES.contains(code)
          || (code == Status.Code.UNAVAILABLE && reason.equals("DEADLINE_EXPIRED"))
          || (code == Status.Code.INTERNAL
              && String.valueOf(status.getDescription()).startsWith(WRONG_METHOD))
          || (!call.isPatient() && EXPECTED_OF_THE_HASTY.contains(code));
    }
    return !call.isPatient() && EXPECTED_OF_THE_HASTY.contains(code);
  }

  private static boolean isTooLarge(Status status) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED;
  }

  private static String shown(Status status) {
    return status.getCode() + " " + status.getDescription() + " " + status.getCause();
  }

  private void checkText(FuzzCall call, String text) {
    Matcher leak = LEAK.matcher(text);
    String sent = new String(call.bytes(), StandardCharsets.UTF_8);
    while (leak.find() && call.isPatient()) {
      // What the caller has sent may come back, with a full stop at its end.
      if (!sent.contains(withoutFullStop(leak.group()))) {
        report.finding("the text tells too much: " + text, call.bytes());
        return;
      }
    }
  }

  private static String withoutFullStop(String text) {
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }

  private void checkAnswers(FuzzCall call, List<byte[]> answers) {
    String method = call.method().getFullMethodName();
    if (answers.size() != call.messages().size()) {
      report.finding(
          method + " got " + answers.size() + " answers for " + call.messages().size(),
          call.bytes());
    }
    if (call.right() != null && !answers.isEmpty() && !call.right().test(answers.get(0))) {
      report.finding(method + " gave a wrong answer", call.bytes());
    }
    if (call.method().getType() == MethodType.UNARY) {
      return;
    }
    for (byte[] answer : answers) {
      try {
        checkText(call, ModelStreamInferResponse.parseFrom(answer).getErrorMessage());
      } catch (InvalidProtocolBufferException malformed) {
        report.finding(method + " gave no message", call.bytes());
      }
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
