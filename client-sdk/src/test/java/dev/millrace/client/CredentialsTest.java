package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.testing.FakeServer;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ListModelsResponse;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CredentialsTest {
  private final List<Metadata> seen = new ArrayList<>();

  @Test
  void apiKey_isAskedForBeforeEachCall() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    list(Credentials.apiKey(() -> "key-" + asked.incrementAndGet() + "\n"), 2);
    assertThat(seen)
        .extracting(headers -> headers.get(ascii("x-api-key")))
        .containsExactly("key-1", "key-2");
  }

  @Test
  void bearerToken_isSentAsAuthorization() throws Exception {
    list(Credentials.bearerToken(() -> "a.b.c"), 1);
    assertThat(seen.get(0).get(ascii("authorization"))).isEqualTo("Bearer a.b.c");
  }

  @Test
  void secret_thatCannotBeHadOrSent_failsTheCallBeforeItIsMade() {
    for (String bad : List.of("", " ", "two\nlines", "\u00e9")) {
      assertThatThrownBy(() -> list(Credentials.apiKey(() -> bad), 1))
          .isInstanceOfSatisfying(
              MillraceException.class,
              error -> assertThat(error.code()).isEqualTo(ErrorCode.UNAUTHENTICATED))
          .hasMessageContaining("empty, or has characters");
    }
    assertThat(seen).isEmpty();
  }

  @Test
  void plainText_toAnotherMachine_isRefusedUnlessItIsAskedFor() {
    Credentials key = Credentials.apiKey(() -> "secret");
    assertThat(apply(key, SecurityLevel.NONE, "192.0.2.1").orElseThrow().getDescription())
        .contains("plain text");
    assertThat(apply(key, SecurityLevel.INTEGRITY, "192.0.2.1")).isPresent();
    assertThat(apply(key, SecurityLevel.NONE, "127.0.0.1")).isEmpty();
    assertThat(apply(key, SecurityLevel.PRIVACY_AND_INTEGRITY, "192.0.2.1")).isEmpty();
    assertThat(apply(key.evenInPlainText(), SecurityLevel.NONE, "192.0.2.1")).isEmpty();
  }

  @Test
  void toString_neverHasTheSecret() {
    assertThat(Credentials.apiKey(() -> "secret").toString()).doesNotContain("secret");
    assertThat(Credentials.bearerToken(() -> "secret").evenInPlainText().toString())
        .doesNotContain("secret");
  }

  /** Why the headers were not added; empty when they were. */
  private static Optional<Status> apply(Credentials who, SecurityLevel level, String peer) {
    List<Status> refused = new ArrayList<>();
    List<Metadata> applied = new ArrayList<>();
    new CredentialHeaders(who)
        .applyRequestMetadata(
            new Call(level, new InetSocketAddress(peer, 1)),
            Runnable::run,
            new CallCredentials.MetadataApplier() {
              @Override
              public void apply(Metadata headers) {
                applied.add(headers);
              }

              @Override
              public void fail(Status status) {
                refused.add(status);
              }
            });
    assertThat(refused.size() + applied.size()).isEqualTo(1);
    return refused.stream().findFirst();
  }

  private void list(Credentials who, int times) throws Exception {
    ServerInterceptor noting =
        new ServerInterceptor() {
          @Override
          public <Q, A> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            seen.add(headers);
            return next.startCall(call, headers);
          }
        };
    try (FakeServer server =
            FakeServer.start(() -> ServerInterceptors.intercept(new NoModels(), noting));
        MillraceClient client = MillraceClient.builder(server.address()).credentials(who).build()) {
      for (int i = 0; i < times; i++) {
        client.models();
      }
    }
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static final class NoModels extends ModelServiceGrpc.ModelServiceImplBase {
    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> response) {
      response.onNext(ListModelsResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private static final class Call extends CallCredentials.RequestInfo {
    private final SecurityLevel level;
    private final InetSocketAddress peer;

    Call(SecurityLevel level, InetSocketAddress peer) {
      this.level = level;
      this.peer = peer;
    }

    @Override
    public @Nullable MethodDescriptor<?, ?> getMethodDescriptor() {
      return null;
    }

    @Override
    public SecurityLevel getSecurityLevel() {
      return level;
    }

    @Override
    public String getAuthority() {
      return "server";
    }

    @Override
    public Attributes getTransportAttrs() {
      return Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer).build();
    }
  }
}
