package dev.millrace.client;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/** Adds credentials to each call, once it is known over which connection it goes. Thread-safe. */
final class CredentialHeaders extends CallCredentials implements ClientInterceptor {
  private final Credentials credentials;

  CredentialHeaders(Credentials credentials) {
    this.credentials = credentials;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return next.newCall(method, options.withCallCredentials(this));
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    if (call.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY
        && !credentials.isForPlainText()
        && !staysOnThisMachine(call.getTransportAttrs())) {
      applier.fail(
          Status.UNAUTHENTICATED.withDescription(
              "the key or token is not sent to another machine in plain text; use TLS"));
      return;
    }
    // A supplier may read a file or ask a server, which no transport thread waits for.
    executor.execute(() -> apply(applier));
  }

  private void apply(MetadataApplier applier) {
    try {
      applier.apply(credentials.headers());
    } catch (RuntimeException none) {
      applier.fail(
          Status.UNAUTHENTICATED
              .withDescription("the key or token cannot be had: " + none.getMessage())
              .withCause(none));
    }
  }

  private static boolean staysOnThisMachine(Attributes connection) {
    return connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress peer
        && peer.getAddress() != null
        && peer.getAddress().isLoopbackAddress();
  }
}
