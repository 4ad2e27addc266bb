package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusMapperTest {
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private final StatusMapper mapper = new StatusMapper(() -> "e1");

  @ParameterizedTest
  @EnumSource(ErrorReason.class)
  void toStatus_ofAnyReason_hasItsCodeMessageAndErrorInfo(ErrorReason reason) {
    StatusRuntimeException status =
        mapper.toStatus(new ServingException(reason, "do this", Map.of("model", "mnist")));

    assertThat(status.getStatus().getCode())
        .isEqualTo(Status.Code.valueOf(reason.category().name()));
    assertThat(status.getStatus().getDescription()).isEqualTo("do this");
    assertThat(detail(status, ErrorInfo.class))
        .contains(
            ErrorInfo.newBuilder()
                .setReason(reason.name())
                .setDomain("millrace.dev")
                .putMetadata("model", "mnist")
                .build());
    assertThat(detail(status, BadRequest.class)).isEmpty();
    assertThat(detail(status, ResourceInfo.class).isPresent())
        .isEqualTo(reason.category() == ErrorReason.Category.NOT_FOUND);
    assertThat(detail(status, PreconditionFailure.class).isPresent())
        .isEqualTo(reason.category() == ErrorReason.Category.FAILED_PRECONDITION);
  }

  @Test
  void toStatus_ofViolations_namesEveryField() {
    StatusRuntimeException status =
        mapper.toStatus(
            ServingException.ofViolations(
                List.of(
                    new FieldViolation("a.b", ErrorReason.DTYPE_MISMATCH, "expected X"),
                    new FieldViolation("c", ErrorReason.INPUT_MISSING, "expected Y"))));

    BadRequest request = detail(status, BadRequest.class).orElseThrow();
    assertThat(request.getFieldViolationsList())
        .extracting(v -> v.getField() + " " + v.getReason() + " " + v.getDescription())
        .containsExactly("a.b DTYPE_MISMATCH expected X", "c INPUT_MISSING expected Y");
  }

  @Test
  void toStatus_ofWhatIsNotFound_namesTheResource() {
    assertThat(resource(ErrorReason.MODEL_NOT_FOUND, Map.of("model", "m"))).isEqualTo("models/m");
    assertThat(resource(ErrorReason.JOB_NOT_FOUND, Map.of("job", "j"))).isEqualTo("trainingJobs/j");
    assertThat(resource(ErrorReason.VERSION_NOT_FOUND, Map.of("model", "m", "version", "3")))
        .isEqualTo("models/m/versions/3");
    assertThat(resource(ErrorReason.RECIPE_NOT_FOUND, Map.of())).isEmpty();
  }

  @Test
  void toStatus_ofAWrongState_namesTheSubject() {
    StatusRuntimeException status =
        mapper.toStatus(
            new ServingException(ErrorReason.JOB_FINISHED, "too late", Map.of("job", "j1")));

    PreconditionFailure.Violation violation =
        detail(status, PreconditionFailure.class).orElseThrow().getViolations(0);
    assertThat(violation.getSubject()).isEqualTo("trainingJobs/j1");
    assertThat(violation.getType()).isEqualTo("JOB_FINISHED");
  }

  @Test
  void toStatus_withARetryDelay_tellsItInDetailAndTrailer() {
    StatusRuntimeException status =
        mapper.toStatus(
            new ServingException(ErrorReason.OVERLOADED, "later")
                .retryAfter(Duration.ofMillis(1500)));

    assertThat(detail(status, RetryInfo.class).orElseThrow().getRetryDelay())
        .isEqualTo(
            com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build());
    assertThat(trailers(status).get(PUSHBACK)).isEqualTo("1500");
  }

  @Test
  void toStatus_ofADefect_hidesItsTextAndGivesAnId() {
    StatusRuntimeException status =
        mapper.toStatus(new IllegalStateException("/secret/path at 0x7f"));

    assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(status.getStatus().getDescription()).startsWith("internal error");
    assertThat(trailers(status).toString() + status.getMessage()).doesNotContain("secret");
    ErrorInfo info = detail(status, ErrorInfo.class).orElseThrow();
    assertThat(info.getReason()).isEqualTo("INTERNAL");
    assertThat(info.getMetadataMap()).containsOnly(Map.entry("error_id", "e1"));
  }

  @Test
  void toStatus_ofAWrappedError_mapsWhatIsInside() {
    ServingException inner = new ServingException(ErrorReason.MODEL_NOT_FOUND, "none");

    assertThat(
            mapper
                .toStatus(new CompletionException(new ExecutionException(inner)))
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  private String resource(ErrorReason reason, Map<String, String> metadata) {
    return detail(mapper.toStatus(new ServingException(reason, "no", metadata)), ResourceInfo.class)
        .orElseThrow()
        .getResourceName();
  }

  private static Metadata trailers(StatusRuntimeException status) {
    Metadata trailers = status.getTrailers();
    assertThat(trailers).isNotNull();
    return trailers;
  }

  private static <M extends Message> Optional<M> detail(
      StatusRuntimeException status, Class<M> type) {
    com.google.rpc.Status proto = StatusProto.fromThrowable(status);
    assertThat(proto).isNotNull();
    try {
      for (Any any : proto.getDetailsList()) {
        if (any.is(type)) {
          return Optional.of(any.unpack(type));
        }
      }
    } catch (InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
    return Optional.empty();
  }
}
