package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import io.grpc.InternalMetadata;
import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatusSizeTest {
  /** What clients take, less what frames and the other headers need. */
  private static final int MOST_HEADERS = 8192 - 512;

  private final StatusMapper statuses = new StatusMapper(() -> "id");

  @ParameterizedTest
  @ValueSource(strings = {"x", "%", "\uD83D\uDE00", "ü"})
  void toStatus_hugeTexts_fitIntoAClientsHeaders(String letter) {
    String huge = letter.repeat(20_000);
    List<FieldViolation> many =
        Collections.nCopies(500, new FieldViolation(huge, ErrorReason.SHAPE_MISMATCH, huge));
    assertFits(ServingException.ofViolations(many).retryAfter(Duration.ofSeconds(1)));
    for (ErrorReason reason : ErrorReason.values()) {
      assertFits(
          new ServingException(reason, huge, Map.of("model", huge, "version", huge, "job", huge)));
    }
  }

  @Test
  void toStatus_moreViolationsThanFit_saysHowMany() {
    List<FieldViolation> many =
        Collections.nCopies(
            500, new FieldViolation("inputs[\"x\"]", ErrorReason.INPUT_UNEXPECTED, "none such"));
    List<BadRequest.FieldViolation> shown = StatusSize.violations(many).getFieldViolationsList();
    assertThat(shown.size()).isBetween(10, 100);
    assertThat(shown.get(shown.size() - 1).getDescription())
        .isEqualTo("and " + (500 - shown.size() + 1) + " more");
  }

  @Test
  void text_short_staysAsItIs() {
    assertThat(StatusSize.text("wrong rank: [1,2]")).isEqualTo("wrong rank: [1,2]");
  }

  private void assertFits(ServingException error) {
    StatusRuntimeException status = statuses.toStatus(error);
    Metadata headers = status.getTrailers() == null ? new Metadata() : status.getTrailers();
    headers.put(InternalStatus.CODE_KEY, status.getStatus());
    String text = status.getStatus().getDescription();
    headers.put(InternalStatus.MESSAGE_KEY, text == null ? "" : text);
    int size = 0;
    byte[][] serialized = InternalMetadata.serialize(headers);
    for (int i = 0; i < serialized.length; i += 2) {
      boolean binary =
          new String(serialized[i], java.nio.charset.StandardCharsets.US_ASCII).endsWith("-bin");
      size += serialized[i].length + 32;
      size += binary ? (serialized[i + 1].length + 2) / 3 * 4 : serialized[i + 1].length;
    }
    assertThat(size).as("%s", error.reason()).isLessThan(MOST_HEADERS);
    assertThat(StatusProto.fromThrowable(status)).isNotNull();
  }
}
