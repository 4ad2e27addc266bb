package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What callers can say at all, read from the messages of every call. */
final class ApiSurfaceTest {
  private static final Pattern ADDRESS =
      Pattern.compile("(^|_)(url|uri|href|host|endpoint|address|proxy)s?($|_)");
  // The type of a message, and the virtual host that a reflection is about: nothing is asked there.
  private static final Set<String> HARMLESS =
      Set.of(
          "google.protobuf.Any.type_url",
          "grpc.reflection.v1.ServerReflectionRequest.host",
          "grpc.reflection.v1alpha.ServerReflectionRequest.host");

  // Row 1: nothing that a caller says makes the server call somebody.
  @Test
  void requests_ofEveryService_takeNoAddress() {
    Set<String> fields = new TreeSet<>();
    Set<Descriptor> seen = new HashSet<>();
    for (ServiceDescriptor service : EveryCallTest.SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        ProtoMethodDescriptorSupplier proto =
            (ProtoMethodDescriptorSupplier) method.getSchemaDescriptor();
        collect(proto.getMethodDescriptor().getInputType(), fields, seen);
      }
    }
    assertThat(fields).hasSizeGreaterThan(100);
    fields.removeIf(field -> !ADDRESS.matcher(field.substring(field.lastIndexOf('.') + 1)).find());
    assertThat(fields).isSubsetOf(HARMLESS);
  }

  private static void collect(Descriptor message, Set<String> fields, Set<Descriptor> seen) {
    if (!seen.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      fields.add(field.getFullName());
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType(), fields, seen);
      }
    }
  }
}
