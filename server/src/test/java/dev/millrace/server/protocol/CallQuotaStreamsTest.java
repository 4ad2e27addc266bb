package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.server.model.Caller;
import dev.millrace.server.testing.FakeServerCall;
import dev.millrace.server.testing.HeardListener;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.usage.Amounts;
import dev.millrace.server.usage.Budgets;
import dev.millrace.server.usage.QuotaKind;
import dev.millrace.server.usage.Quotas;
import dev.millrace.server.usage.Terms;
import dev.millrace.server.usage.TermsFile;
import dev.millrace.server.usage.UsageKey;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.Context;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** What each message costs, to the server and back. */
final class CallQuotaStreamsTest {
  private static final Caller ALICE = new Caller("alice");
  private static final Metadata.Key<String> ASIDE =
      Metadata.Key.of("aside", Metadata.ASCII_STRING_MARSHALLER);

  private final Terms terms =
      TermsFile.parse(
          """
          prices: {compute-hour: 1}
          default:
            requests: {rate: 1/d, burst: 3}
            bytes: {rate: 1/d, burst: 100}
            budget: {month: 1}
          """);
  private final PuppetClock clock = new PuppetClock();
  private final Quotas quotas = new Quotas(() -> terms, why -> {}, () -> 0);
  private final Budgets budgets = new Budgets(() -> terms, why -> {}, clock);
  private final CallQuota quota =
      new CallQuota(quotas, budgets, ASIDE, new StatusMapper(() -> "id"));
  private final HeardListener<InputStream, InputStream> service = new HeardListener<>();
  private FakeServerCall<InputStream, InputStream> wire = new FakeServerCall<>(raw("x/Y"));

  @Test
  void onMessage_streamOfPredictions_eachCountsAndTheOneTooManyEndsIt() {
    ServerCall.Listener<InputStream> stream =
        listen(GRPCInferenceServiceGrpc.getModelStreamInferMethod());
    for (int i = 0; i < 5; i++) {
      stream.onMessage(known(1));
    }
    stream.onHalfClose();
    assertThat(service.messages()).hasSize(3);
    assertThat(service.isHalfClosed()).isFalse();
    assertThat(wire.closes())
        .extracting(Status::getCode)
        .containsExactly(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void onMessage_otherStreams_areOneRequestEach() {
    ServerCall.Listener<InputStream> stream = listen(ModelServiceGrpc.getImportVersionMethod());
    for (int i = 0; i < 5; i++) {
      stream.onMessage(known(1));
    }
    stream.onHalfClose();
    assertThat(service.messages()).hasSize(5);
    assertThat(service.isHalfClosed()).isTrue();
    assertThat(wire.closes()).isEmpty();
  }

  @Test
  void onMessage_ofKnownLength_isChargedAtOnce() {
    ServerCall.Listener<InputStream> call = listen(InferenceServiceGrpc.getPredictMethod());
    call.onMessage(known(99));
    quotas.admit(ALICE, EnumSet.of(QuotaKind.BYTES));
    assertThat(service.messages().get(0)).isInstanceOf(KnownLength.class);
    call.onMessage(known(1));
    assertOwesBytes();
  }

  @Test
  void onMessage_ofUnknownLength_isChargedAsItIsRead() throws IOException {
    ServerCall.Listener<InputStream> call = listen(InferenceServiceGrpc.getPredictMethod());
    call.onMessage(new ByteArrayInputStream(new byte[100]));
    quotas.admit(ALICE, EnumSet.of(QuotaKind.BYTES));
    assertThat(service.messages().get(0).readAllBytes()).hasSize(100);
    assertOwesBytes();
  }

  @Test
  void sendMessage_answer_isChargedToo() {
    listen(InferenceServiceGrpc.getPredictMethod());
    service.call().sendMessage(known(100));
    assertThat(wire.messages()).hasSize(1);
    assertOwesBytes();
  }

  @Test
  void onMessage_thatBreaks_isNotTakenForFree() {
    ServerCall.Listener<InputStream> call = listen(InferenceServiceGrpc.getPredictMethod());
    assertThatThrownBy(() -> call.onMessage(new Broken())).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void interceptCall_bytesInDebt_neverReachesTheService() {
    quotas.chargeBytes(ALICE, 100);
    ServerCall.Listener<InputStream> call = listen(InferenceServiceGrpc.getPredictMethod());
    call.onMessage(known(1));
    assertThat(service.call()).isNull();
    assertThat(wire.closes())
        .extracting(Status::getCode)
        .containsExactly(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void interceptCall_budgetSpent_letsInWhatCostsNothing() {
    budgets.add(
        "alice",
        Amounts.ofCompute(Duration.ofHours(1).toNanos()),
        UsageKey.hourOf(clock.instant()));
    listen(ModelServiceGrpc.getListModelsMethod());
    assertThat(wire.closes()).isEmpty();
    listen(InferenceServiceGrpc.getPredictMethod());
    assertThat(wire.closes()).hasSize(1);
  }

  private void assertOwesBytes() {
    assertThatThrownBy(() -> quotas.admit(ALICE, EnumSet.of(QuotaKind.BYTES)))
        .hasMessageContaining("quota of bytes");
  }

  private ServerCall.Listener<InputStream> listen(MethodDescriptor<?, ?> method) {
    wire = new FakeServerCall<>(raw(method.getFullMethodName()));
    Context before = Callers.with(ALICE).attach();
    try {
      return quota.interceptCall(wire, new Metadata(), service);
    } finally {
      Context.current().detach(before);
    }
  }

  private static MethodDescriptor<InputStream, InputStream> raw(String name) {
    return MethodDescriptor.<InputStream, InputStream>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(name)
        .setRequestMarshaller(new Itself())
        .setResponseMarshaller(new Itself())
        .build();
  }

  private static InputStream known(int bytes) {
    return new Known(bytes);
  }

  private static final class Itself implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream message) {
      return message;
    }

    @Override
    public InputStream parse(InputStream message) {
      return message;
    }
  }

  private static final class Known extends ByteArrayInputStream implements KnownLength {
    Known(int bytes) {
      super(new byte[bytes]);
    }
  }

  private static final class Broken extends FilterInputStream implements KnownLength {
    Broken() {
      super(InputStream.nullInputStream());
    }

    @Override
    public int available() throws IOException {
      throw new IOException("broken");
    }
  }
}
