package dev.millrace.server.gateway.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class RestFaultsTest {
  private final StatusMapper statuses = new StatusMapper(() -> "id");
  private final RestFaults faults = new RestFaults(new HttpErrors(statuses::toStatus));

  private static String text(RestReply reply) {
    return reply.parts().get(0).toStringUtf8();
  }

  @Test
  void reply_toAnErrorThatPasses_saysWhenToTryAgain() {
    ServingException busy =
        new ServingException(ErrorReason.VERSION_NOT_READY, "it is \"busy\"")
            .retryAfter(Duration.ofMillis(2500));
    for (Throwable error : new Throwable[] {busy, statuses.toStatus(busy)}) {
      RestReply reply = faults.reply(new CompletionException(error), code -> 503);
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.headers()).containsEntry("retry-after", "3");
      assertThat(reply.contentType()).isEqualTo("application/json");
      assertThat(text(reply)).isEqualTo("{\"error\":\"it is \\\"busy\\\"\"}");
    }
    assertThat(faults.reply(busy.retryAfter(Duration.ofMillis(5)), code -> 503).headers())
        .containsEntry("retry-after", "1");
  }

  @Test
  void reply_toOtherErrors_saysNothingOfIt() {
    RestReply reply =
        faults.reply(new ServingException(ErrorReason.MODEL_NOT_FOUND, "no"), code -> code.value());
    assertThat(reply.headers()).isEmpty();
    assertThat(reply.status()).isEqualTo(Status.Code.NOT_FOUND.value());
  }

  @Test
  void reply_toAnErrorOfHttp_hasItsNumber() {
    assertThat(faults.reply(new ServingException(ErrorReason.REQUEST_TOO_LARGE, "less")).status())
        .isEqualTo(413);
    assertThat(
            faults.reply(new ServingException(ErrorReason.MEDIA_TYPE_UNSUPPORTED, "gzip")).status())
        .isEqualTo(415);
  }

  @Test
  void reply_toADefect_keepsItsTextInTheLog() {
    RestReply reply = faults.reply(new IllegalStateException("secret"), code -> 500);
    assertThat(text(reply)).contains("internal error").doesNotContain("secret");
  }
}
