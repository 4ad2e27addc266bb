package dev.millrace.server.gateway.v1;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import dev.millrace.server.gateway.message.MessageJson;
import dev.millrace.server.gateway.message.Scalars;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a call's request from the parts of an HTTP request. Stateless. */
final class RequestMessage {
  // What curl says of -d without being asked; pages of other sites are kept out by their origin.
  private static final MediaType FORM = MediaType.FORM_DATA;
  private static final Set<String> BINARY =
      Set.of("application/x-protobuf", "application/protobuf", "application/vnd.google.protobuf");

  private RequestMessage() {}

  /** True for the media types of protobuf's binary form. */
  static boolean isBinary(@Nullable MediaType type) {
    return type != null && BINARY.contains(type.type() + "/" + type.subtype());
  }

  /**
   * The request.
   *
   * @throws ServingException REQUEST_MALFORMED or MEDIA_TYPE_UNSUPPORTED
   */
  static Message of(
      NativeRoute route,
      Message prototype,
      Map<String, String> variables,
      QueryParams query,
      @Nullable MediaType type,
      byte[] body) {
    Message.Builder request = prototype.newBuilderForType();
    if (route.wholeBody()) {
      if (!query.isEmpty()) {
        throw malformed(query.names().iterator().next(), "goes into the body, not into the query");
      }
      read(request, type, body);
    } else if (body.length > 0) {
      throw malformed("body", "this call takes none; its fields go into the query");
    } else {
      query.names().forEach(name -> set(request, name, query.getAll(name)));
    }
    variables.forEach((name, value) -> set(request, name, List.of(value)));
    return request.build();
  }

  private static void read(Message.Builder request, @Nullable MediaType type, byte[] body) {
    if (isBinary(type)) {
      parse(request, body);
    } else if (type == null || type.isJson() || type.is(MediaType.JSON) || type.belongsTo(FORM)) {
      MessageJson.read(new ByteArrayInputStream(body), request);
    } else {
      throw new ServingException(
          ErrorReason.MEDIA_TYPE_UNSUPPORTED,
          "the body must be application/json or application/x-protobuf");
    }
  }

  private static void parse(Message.Builder request, byte[] body) {
    try {
      CodedInputStream coded = UnsafeByteOperations.unsafeWrap(body).newCodedInput();
      coded.enableAliasing(true);
      request.mergeFrom(coded);
      coded.checkLastTagWas(0);
    } catch (InvalidProtocolBufferException malformed) {
      throw new ServingException(
          ErrorReason.REQUEST_MALFORMED,
          "the body is no "
              + request.getDescriptorForType().getName()
              + " message; it is cut off or was made from another .proto");
    } catch (IOException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /**
   * Sets a field by its path, such as {@code page_size}, {@code pageSize} or {@code spec.model}.
   */
  private static void set(Message.Builder request, String path, List<String> values) {
    Message.Builder owner = request;
    String[] names = path.split("\\.", -1);
    for (int i = 0; i < names.length - 1; i++) {
      FieldDescriptor inner = field(owner.getDescriptorForType(), names[i], path);
      if (inner.isRepeated() || inner.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        throw malformed(path, "is no field of this call");
      }
      owner = owner.getFieldBuilder(inner);
    }
    FieldDescriptor field = field(owner.getDescriptorForType(), names[names.length - 1], path);
    if (field.isMapField()) {
      throw malformed(path, "cannot be said in the query");
    }
    if (!field.isRepeated() && values.size() > 1) {
      throw malformed(path, "is there twice");
    }
    for (String value : values) {
      Object parsed = Scalars.parse(field, value, path);
      if (field.isRepeated()) {
        owner.addRepeatedField(field, parsed);
      } else {
        owner.setField(field, parsed);
      }
    }
  }

  private static FieldDescriptor field(Descriptor type, String name, String path) {
    return type.getFields().stream()
        .filter(field -> field.getName().equals(name) || field.getJsonName().equals(name))
        .findFirst()
        .orElseThrow(() -> malformed(path, "is no field of this call"));
  }

  private static ServingException malformed(String field, String why) {
    return ServingException.ofViolations(
        List.of(new FieldViolation(field, ErrorReason.REQUEST_MALFORMED, why)));
  }
}
