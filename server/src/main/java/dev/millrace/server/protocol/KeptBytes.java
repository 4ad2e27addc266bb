package dev.millrace.server.protocol;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Keeps the bytes of messages beyond the moment in which they are handed over, for transports that
 * take their buffers back then. Stateless.
 */
public final class KeptBytes implements MethodDescriptor.Marshaller<InputStream> {
  private KeptBytes() {}

  /** The same service for such a transport. */
  public static ServerServiceDefinition of(ServerServiceDefinition service) {
    return ServerInterceptors.useMarshalledMessages(service, new KeptBytes());
  }

  @Override
  public InputStream stream(InputStream value) {
    return value;
  }

  @Override
  public InputStream parse(InputStream stream) {
    try {
      return new Kept(stream.readAllBytes());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Knows its length, as gRPC's own streams do. */
  private static final class Kept extends ByteArrayInputStream implements KnownLength {
    Kept(byte[] bytes) {
      super(bytes);
    }
  }
}
